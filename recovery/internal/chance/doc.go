// Package chance tells whether two groups of cases were treated differently, or whether the difference
// may well be chance.
//
// [Fisher] compares rates, [Permutation] compares means, and [Holm] says which of many results are
// still remarkable when all of them were looked for. All of them give the same bits on every machine:
// they multiply and divide, and add only what was rounded before.
package chance
