// Package jsontext reads and writes JSON as text: tokens, trees, strings and
// numbers, and their canonical form (RFC 8785). It knows nothing of the domain.
//
// It has the shape of Go's own encoding/json/jsontext, which is an experiment
// still, so that it can be swapped for that package: [Kind], [Token], a [Decoder]
// with PeekKind, ReadToken, ReadValue and SkipValue, an [Encoder] that parts
// members and elements by itself, [AppendQuote] and [AppendUnquote]. Like that
// package it refuses an object with a name twice, bytes that are not UTF-8, and
// halves of surrogate pairs. It differs in this:
//
//   - One text is read, from memory, and written, to memory. Nothing is streamed.
//   - A text that is not JSON is refused in the words of encoding/json. [Error] is therefore made
//     from the whole text.
//   - A [Shape] says which names objects have. Other names are refused with their place.
//   - Nesting is bounded by [MaxDepth].
//   - In the canonical form, whole numbers that fit an int64 keep all their digits.
//     RFC 8785 would round those beyond 2^53 to the nearest double, and two texts
//     that differ would become one.
//
// Names are sorted with [Compare], by their UTF-16 code units. Strings are escaped
// only where they must be; numbers are written as ECMAScript does.
package jsontext

// MaxDepth bounds how deep JSON may be nested: deeper than anybody writes, and far from what would
// overflow a stack.
const MaxDepth = 100
