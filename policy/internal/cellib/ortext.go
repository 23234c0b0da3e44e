package cellib

import (
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"
)

// OrText is the function that the compiler calls in a message for x.orValue("…"), where x is not a
// text. The checker takes the result for a text, which is what it becomes.
const OrText = "@orText"

func orText(v, otherwise ref.Val) ref.Val {
	o, ok := v.(*types.Optional)
	switch {
	case !ok:
		return types.MaybeNoSuchOverloadErr(v)
	case o.HasValue():
		return o.GetValue()
	}
	return otherwise
}
