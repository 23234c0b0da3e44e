package value

import "slices"

// ItemID is the name of the field that every item has: a text, unique in its list.
const ItemID = "id"

// Item is one of a list of objects in an incident: a line of an order, a passenger of a booking.
// Nothing in it changes once it is made.
type Item struct {
	Names  []string // of its declared fields, sorted; one list serves all items
	Values []any    // beside Names, held as [Kind] says; nil: it has none
	// Rest are values that no field has taken, as they came; nil: none.
	Rest map[string]any
}

// ID is the text by which the item is known.
func (i *Item) ID() string {
	id, _ := i.Get(ItemID).(string)
	return id
}

// Get returns the value of a field, nil where the item has none.
func (i *Item) Get(name string) any {
	if at, ok := slices.BinarySearch(i.Names, name); ok {
		return i.Values[at]
	}
	return nil
}
