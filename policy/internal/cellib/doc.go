// Package cellib has the types, functions and operators of the expression language, and the values
// of the types while an expression runs. Functions check the size of their results, and fail where
// a result has no value. [NewEnv] puts all of it together. Package celenv says which names an
// expression can read, and checks and evaluates it.
package cellib
