package engines

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing/fstest"
	"time"

	"github.com/servicerecovery/amends/policy/value"
	"github.com/servicerecovery/amends/recovery/internal/benchmarks/workload"
)

// header declares the fields that are not standard ones, for all playbooks.
const header = `amends: v1
shared: desk
incident:
  contacts: {type: int, default: 0}
  affected: {type: int, default: 0}
  order.value: {type: money, currency: EUR}
  customer.country: {type: string, default: ""}
  customer.spend: {type: double, default: 0}
  voucher: {type: string, optional: true}
  lane: {type: string, optional: true}
  progress: {type: double, default: 0}
  delay: {type: duration, default: 0s}
  first_reply: {type: duration, default: 0s}
  promised_at: timestamp
  reopened: {type: bool, default: false}
  resolved: {type: bool, default: false}
  escalated: {type: bool, default: false}
`

// amendsDialect is CEL as playbooks have it, with money as money.
func amendsDialect() *dialect {
	return &dialect{
		path: under("incident"),
		literal: func(k workload.Kind, v any) string {
			switch k {
			case workload.Money:
				return fmt.Sprintf("money(%q)", euros(v.(int64)).String())
			case workload.Duration:
				return fmt.Sprintf("minutes(%d)", seconds(v)/60)
			case workload.Time:
				return fmt.Sprintf("timestamp(%q)", rfc3339(v))
			}
			return plain(v)
		},
		oneOf: "%[1]s in [%[2]s]", includes: "%[2]s in %[1]s", startsWith: "%[1]s.startsWith(%[2]s)",
		present: "has(%[1]s)", isTrue: "%[1]s", isFalse: "!%[1]s",
	}
}

func euros(cents int64) value.Money {
	m, err := value.NewMoney(cents, "EUR")
	if err != nil {
		panic(err) // not reached: EUR is a currency
	}
	return m
}

// conditions writes plays as the conditions of a playbook.
func conditions(plays []workload.Play) []string {
	d := amendsDialect()
	out := make([]string, len(plays))
	for i, p := range plays {
		out[i] = d.play(p, " && ")
	}
	return out
}

// playbooks spreads conditions over playbooks, in turn. Each play gives two actions.
func playbooks(conditions []string, books int) fstest.MapFS {
	files := fstest.MapFS{"shared.yaml": {Data: []byte(header)}}
	books = min(books, len(conditions)) // none of them empty
	for b := range books {
		var text strings.Builder
		fmt.Fprintf(&text, "amends: v1\nplaybook: book-%04d\nreview_by: 2036-12-31\nplays:\n", b)
		for i := b; i < len(conditions); i += books {
			fmt.Fprintf(&text, `  - id: p-%06d
    approach: standardised-response
    when: >-
      %s
    do:
      - apologise: {within: %dh}
      - compensate: {amount: %d EUR}
`, i, conditions[i], 1+i%24, 1+i%50)
		}
		files[fmt.Sprintf("book-%04d.yaml", b)] = &fstest.MapFile{Data: []byte(text.String())}
	}
	return files
}

// numbered reads the number of a play from its name: playbook/p-000042.
func numbered(name string) int {
	n, err := strconv.Atoi(name[len(name)-6:])
	if err != nil {
		return -1
	}
	return n
}

// now is the time of every decision: after all that the workload has happened.
func now() time.Time { return workload.Start.Add(120 * 24 * time.Hour) }

func sorted(numbers []int) []int {
	out := append([]int{}, numbers...)
	slices.Sort(out)
	return out
}
