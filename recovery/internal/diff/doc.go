// Package diff compares two sets of playbooks: what changed in meaning, play by
// play, and whose decisions change with it. [Open] reads a side, [Compare] says
// what changed, a [Comparer] decides incidents by both sides and an [Impact] sums
// up what that gave. A [Report] holds it all and writes itself as text, JSON,
// Markdown or HTML.
//
// A set is compared as it was understood, not as it was written: comments, the
// order of keys, quotes, folding, and the ways to write one value do not count.
// Neither do titles and descriptions, which enter no decision, nor definitions
// that nothing uses.
package diff
