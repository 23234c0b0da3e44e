package account

import "github.com/servicerecovery/amends/recovery/ledger"

// Glimpses are what is read of a decision field by field, and the same out of the whole decision.
func Glimpses(t *ledger.Text) (lean, full any, chosen bool, err error) {
	g := &glimpse{}
	if chosen, err = g.read(t.JSON); err != nil {
		return nil, nil, false, err
	}
	r, err := t.Read()
	if err != nil {
		return nil, nil, false, err
	}
	whole := glimpseOf(r)
	if chosen {
		g.makes = whole.makes
	}
	return *g, *whole, chosen == (whole.makes != nil), nil
}

// Whole makes a walk read every decision in full.
func Whole(o Options) Options {
	o.whole = true
	return o
}
