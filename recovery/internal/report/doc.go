// Package report shows a set of playbooks to people who do not read YAML: what
// happens for each service and failure, under which approach, who acts by when,
// what it can cost at most, in which languages; the partners and their agreements;
// what is out of date or soon will be; what tests have reached.
//
// [Build] makes a [Page], which holds everything that is shown, in words.
// [Page.WriteHTML] writes it as one file that needs nothing else. The same set
// gives the same bytes: the time is an argument, and nobody's clock is looked at.
//
// In the order in which a set flows through the files:
//
//	page.go        what a page holds
//	build.go       a set and its program become a page
//	scope.go       what the plays of a playbook can name
//	value.go       values, times and texts in words
//	words.go       expressions in words
//	condition.go   conditions in words
//	subject.go     the services and failures that conditions name
//	bound.go       how high an amount can be
//	amount.go      amounts in words, and what a play costs at most
//	play.go        plays; action.go and choice.go what they give
//	index.go       plays by service and failure
//	partner.go, limit.go, table.go, definitions.go, language.go   what they rest on
//	dates.go       what goes out of date
//	coverage.go    what tests have reached
//	html.go        the page
package report
