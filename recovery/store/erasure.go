package store

import (
	"errors"
	"time"
)

// Erasure says what is to be erased: an incident, or every incident of a customer. One of the two is required.
type Erasure struct {
	Namespace string // of the incident or the customer
	Incident  string
	Customer  string    // as in customer.id
	At        time.Time // kept with the erasure; zero: no time is
	// Erased is told how many records were erased, once they are. It may be nil.
	Erased func(records int)
}

// Check refuses an erasure that names neither an incident nor a customer, or both.
func (e *Erasure) Check() error {
	if (e.Incident == "") == (e.Customer == "") {
		return errors.New("an incident or a customer is wanted, whose records are to be erased")
	}
	return nil
}
