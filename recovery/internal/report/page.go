package report

// Page is a set of playbooks in words.
type Page struct {
	Title            string
	Digest, Revision string
	Of               string // the ledger and the period of what happened; empty: nobody looked
	Now              string // the time that dates are judged by; empty: they are not
	Cards            []Card
	Services         []Service
	Approaches       []Approach // those that the set has
	Playbooks        []Playbook
	Partners         []Partner
	Limits           []Limit // the shared ones
	Guarantees       []Guarantee
	Dates            []Date // the nearest first
	Stale, Soon      int    // of them
	Languages        Languages
	Calendars        []Calendar
	Facts            []Fact
	Roles            []Role
	Fields           []Field
	Maps             []Map
	Tests            Tests
}

// Card is a figure that the page starts with.
type Card struct {
	Figure, Text string
	Bad          bool // somebody should look
}

// Link leads to a part of the page.
type Link struct{ Anchor, Text string }

// Service is what happens when something goes wrong with a service.
type Service struct {
	Name     string // empty: whatever the service
	Anchor   string
	Failures []Failure
}

// Failure is what happens for one failure of a service.
type Failure struct {
	Name string // empty: whatever the failure
	Rows []Row
}

// Row is a play in short.
type Row struct {
	Play      Link
	Approach  Approach
	Remarks   []string // on a sign, a fallback, a partner's failure
	Steps     []Step
	Cost      Cost
	Languages []Spoken
}

// Step is an action in short.
type Step struct{ What, Who, By, Case string }

// Approach is one of the four, as people call it.
type Approach struct {
	Name  string // as playbooks write it
	Title string
	About string
}

// Cost is what a play can cost.
type Cost struct {
	Most     []string // in each currency
	Open     []string // what has no bound, in words
	Caps     []string // what bounds it all the same
	CapsIn   []string // what bounds it in one currency, as whole phrases
	Partners []string // what partners are paid
}

// IsZero reports whether nothing is paid.
func (c Cost) IsZero() bool { return len(c.Most)+len(c.Open)+len(c.Partners) == 0 }

// Spoken is a language that a play's messages are written in.
type Spoken struct {
	Tag   string
	Lacks int // how many of the messages are not
}

// Playbook is one of the set.
type Playbook struct {
	Title, About, Owner, Zone string
	Anchor                    string
	Applies                   *Condition // nil: to every incident
	AppliesExpr               string
	Matches                   string // in words; empty: every play that matches
	InForce                   string // empty: always
	ReviewBy                  string
	Rounding                  string // in words; empty: half to even
	Again                     string // how often; empty: it does not say
	Plays                     []Play
	Limits                    []Limit
}

// Play is one rule.
type Play struct {
	Name, Title, About, Anchor string
	Approach                   Approach
	Remarks                    []string
	When                       *Condition // nil: always
	WhenExpr                   string
	Each                       string     // the list whose items it goes through; empty: none
	Which                      *Condition // of the items; nil: all
	WhichExpr                  string
	InForce, ReviewBy          string
	Stale                      string // since when; empty: it is not
	Do                         []Action
	Cases                      []Case
	Choice                     *Choice
	Prevention                 *Prevention
	Substitute                 *Substitute
	Cost                       Cost
	Limits                     []Limit // that its money falls under
	Names                      []Name  // what the words stand for
	Tables                     []Table
	Messages                   []Message
	Tests                      *PlayTests // nil: no tests were run
	Happened                   *Happened  // nil: nobody looked
	At                         string
}

// Happened is what came of a play, as a ledger has it.
type Happened struct {
	Decisions          int64
	Cases              []CaseCount // by the case that held, the most frequent first
	Promised, Reported string      // redress; empty: it gave no money
	Promises           string      // what became of its promises; empty: it made none
	Left, Made         int64       // choices
}

// CaseCount is how often a case held.
type CaseCount struct {
	ID    string // empty: no case held, or it has no name
	Count int64
}

// Case is a branch of a play.
type Case struct {
	ID       string
	When     *Condition // nil: always
	WhenExpr string
	Do       []Action
}

// Condition is a condition in words: a sentence, or parts that are joined.
type Condition struct {
	Subject, Verb, Object string
	Join                  string // all, any; means: the parts are what the sentence stands for
	Parts                 []Condition
}

// Action is one thing to do.
type Action struct {
	Does    string // a sentence
	Amount  string
	Details []Detail
	Who     string
	By      string
	Message string // its id; empty: none
	Remind  []Action
	IfLate  []Action
	Short   string
}

// Detail is something more about an action.
type Detail struct{ Name, Text string }

// Choice is what is left to a person.
type Choice struct {
	Decider, By, Choose string
	Options             []Action
	Comparable          string
	Tolerance           string
	Authority           string // who may choose how much alone, as sentences; empty: everybody may choose what is on offer
	Second              string // who has to agree above which amount, as sentences; empty: nobody
	Remind, IfLate      []Action
}

// Prevention is what holds for a preventive play.
type Prevention struct {
	Lead    string // empty: none
	TooLate []Action
}

// Substitute is who stands in.
type Substitute struct {
	Units     string
	Ways      []SubstituteWay
	Otherwise []Action
}

// SubstituteWay is one direction: they serve our customers, or we serve theirs.
type SubstituteWay struct {
	Inbound  bool
	Partners []PartnerTerms
}

// PartnerTerms are what a partner offers to a play, in one direction.
type PartnerTerms struct {
	Partner                 Link
	Ref, From, Until, State string
	Covers                  *Condition
	Offers                  bool // the agreement works this way
	Capacity, Cost          string
}

// Partner is another company, with the agreement.
type Partner struct {
	Name, Anchor, Zone      string
	Ref, From, Until, State string
	Ways                    []Way
}

// Way is one direction of an agreement.
type Way struct {
	Title                 string
	Covers                *Condition // nil: everything
	CoversExpr            string
	Capacity, Cost, Asked string
	Plays                 []Link // that ask in this direction
}

// Limit bounds what is given.
type Limit struct{ Text, Detail string }

// Name is a word of the team's own, and what it stands for.
type Name struct{ Name, Means, Expr string }

// Table is a table of values. Keys are what its rows are found by.
type Table struct {
	Name, By string
	Keys     []string
	Columns  []string
	Rows     []TableRow
	Unique   bool // no two rows fit
}

// TableRow is a row of it.
type TableRow struct {
	Keys  []string
	Cells []string
}

// Message is what to say, by language.
type Message struct {
	ID    string
	Texts []Words
}

// Words are a message in one language.
type Words struct {
	Language string
	Pieces   []Piece
}

// Piece is a stretch of a text; a slot is filled in when it is sent.
type Piece struct {
	Text string
	Slot bool
}

// Languages says which messages are there in which languages.
type Languages struct {
	Tags    []string
	Rows    []MessageRow
	Missing int
}

// MessageRow is a message with a cell for each language.
type MessageRow struct {
	ID, Where string
	Cells     []Cell
	Plays     []Link
}

// Cell says how a message stands in a language.
type Cell struct {
	There, First bool
	// Falls is the language that is used instead.
	Falls string
}

// Date is a day on which something goes out of date, or comes into force.
type Date struct {
	Day   string
	What  string
	About []Link
	State string // stale, over, ended, soon, or empty
	In    string // how far away it is; empty where dates are not judged
}

// Calendar is working hours.
type Calendar struct {
	Name, Where, Zone, Anchor string
	Weeks                     []CalendarWeek
	Holidays                  []CalendarDay
}

// CalendarWeek is the hours of a week: the ordinary ones, or those of a version or a season.
type CalendarWeek struct {
	When   string
	Days   []CalendarDay
	Cutoff string // what comes later counts as of the next working day
}

// CalendarDay is a day, with its hours.
type CalendarDay struct{ Day, Hours string }

// Fact is what earlier decisions are asked.
type Fact struct{ Name, Where, Means string }

// Role is somebody who may be named in the set.
type Role struct{ Name, Where, About string }

// Field is what an incident says.
type Field struct{ Name, Where, About, Type, Needed string }

// Map says how incidents are read from payloads of another program.
type Map struct {
	Name, Anchor, About string
	Remarks             []string
	Rows                []MapRow
}

// MapRow is one field: where it stands in the payload, and how it is written there.
type MapRow struct{ Field, From, How string }

// Tests is what came of the tests.
type Tests struct {
	Run           bool // there are tests, and they were run
	Suites, Cases int
	Failed        []string
	Broken        int // mistakes in the suites
	Percent       string
	Reached       int
	Total         int
	Plays         []PlayTests
}

// PlayTests is what tests have reached of a play.
type PlayTests struct {
	Play           Link
	Matched        bool
	Reached, Total int
	Missing        []string
}

// Share is how much was reached, in whole percent and never rounded up.
func (t PlayTests) Share() int {
	if t.Total == 0 {
		return 100
	}
	return t.Reached * 100 / t.Total
}
