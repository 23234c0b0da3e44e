package rows

import (
	"fmt"
	"math/big"
	"strconv"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/store"
)

// Big is a wide number as one of any size.
func Big(w store.Wide) *big.Int {
	if n, ok := w.Int64(); ok {
		return big.NewInt(n)
	}
	b := w.Append(nil)
	n := new(big.Int).SetBytes(b)
	if b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), 128))
	}
	return n
}

// ReadWide reads a wide number from its digits.
func ReadWide(digits string) (store.Wide, error) {
	if n, err := strconv.ParseInt(digits, 10, 64); err == nil {
		return store.WideOf(n), nil
	}
	n, ok := new(big.Int).SetString(digits, 10)
	if !ok || n.BitLen() > 127 {
		return store.Wide{}, fmt.Errorf("a sum of at most 127 bits is wanted, found %q", digits)
	}
	if n.Sign() < 0 {
		n.Add(n, new(big.Int).Lsh(big.NewInt(1), 128))
	}
	var b [16]byte
	return store.ReadWide(n.FillBytes(b[:])), nil
}

// Seen is the total behind the answer of a fact. A double is rounded and has no such total; the second value has it.
func Seen(answer any) (store.Wide, *float64, error) {
	switch v := answer.(type) {
	case int64:
		return store.WideOf(v), nil, nil
	case value.Money:
		return store.WideOf(v.Units()), nil, nil
	case time.Duration:
		return store.WideOf(int64(v)), nil, nil
	case float64:
		return store.Wide{}, &v, nil
	}
	return store.Wide{}, nil, fmt.Errorf("a fact has an answer of type %T, which facts do not have", answer)
}
