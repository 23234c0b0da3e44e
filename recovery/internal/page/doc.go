// Package page writes pages for people who read no YAML: one HTML file each, that needs nothing else,
// reads well in light and dark, on a narrow screen and on paper. Its pictures are SVG, each with a
// table or a sentence that says the same.
package page
