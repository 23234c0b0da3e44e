// Package cellib is what the expression language can do: its types, the values that they have
// while an expression runs, and its functions and operators, which know bounds and fail where a
// result has no value. [NewEnv] puts it together. Which names an expression may read, and how it is
// checked and evaluated, is up to package celenv.
package cellib
