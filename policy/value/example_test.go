package value_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/servicerecovery/amends/policy/value"
)

func Example() {
	// 12.5 % of a parcel's price, rounded once, when it leaves the calculation.
	price := value.MustMoney("59.90 EUR")
	share, err := value.ParsePercent("12.5%")
	if err != nil {
		panic(err)
	}
	exact := price.Rat()
	exact.Mul(exact, share.Rat())
	credit, err := value.RoundMoney(exact, price.Currency())
	if err != nil {
		panic(err)
	}
	fmt.Println(credit)
	// Output: 7.49 EUR
}

func ExampleMoney() {
	m := value.MustMoney("12.5 EUR")
	data, err := json.Marshal(m)
	if err != nil {
		panic(err)
	}
	fmt.Println(m, m.Units(), m == value.MustMoney("12.50 EUR"))
	fmt.Println(string(data))
	// Output:
	// 12.50 EUR 1250 true
	// {"value":"12.50","currency":"EUR"}
}

func ExampleParseMoney_errors() {
	for _, text := range []string{"12 EURO", "10.123 EUR", "1.5 JPY"} {
		_, err := value.ParseMoney(text)
		fmt.Println(err)
	}
	// Output:
	// "12 EURO" is no amount: write a number, a space and a three-letter currency code, such as 12.50 EUR
	// "10.123 EUR" has 3 decimals, EUR has 2
	// "1.5 JPY" has 1 decimal, JPY has none
}

func ExampleStyle_Text() {
	for _, language := range []string{"en", "es", "es-MX"} {
		style := value.Style{Language: language}
		fmt.Println(style.Text(80*time.Hour), "|", style.Text(value.MustMoney("10 EUR")), "|", style.Text(0.5))
	}
	// Output:
	// 3 days and 8 hours | 10.00 EUR | 0.5
	// 3 días y 8 horas | 10,00 EUR | 0,5
	// 3 días y 8 horas | 10.00 EUR | 0.5
}

func ExampleFormatDuration() {
	late, err := value.ParseDuration("3d8h")
	if err != nil {
		panic(err)
	}
	fmt.Println(value.FormatDuration(late))
	// Output: 80h
}
