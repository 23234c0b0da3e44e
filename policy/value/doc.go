// Package value holds the values that playbooks and incidents are made of: money,
// percentages, dates, durations and times. It says how each is written, compared,
// computed with, and shown to people.
//
// The rules are few and the same everywhere:
//
//   - Values are small, immutable and comparable with ==, so that they can be
//     keys of maps and constants of an index.
//   - Arithmetic is exact. Nothing passes through binary floating point; what
//     cannot be represented is an error, and money is rounded only where
//     [RoundMoney] or a [Rounding] is called.
//   - Parsing is strict and every refusal is a [*SyntaxError] that says what was
//     found and what to write instead.
//   - Tables that enter a decision are this package's own: the currencies of
//     ISO 4217 (see [Decimals]) and the decimal separators of languages (see
//     [Style]). The host's locale and module versions change nothing.
//
// A reading order: [Kind] and [Type], what sorts of values there are; [Money],
// [Percent], [Date], then [ParseDuration] and [ParseSpan], [ParseTimestamp]; and
// [Style] for text that people read.
package value
