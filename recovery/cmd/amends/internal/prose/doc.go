// Package prose writes decisions for people who read them on a terminal.
package prose
