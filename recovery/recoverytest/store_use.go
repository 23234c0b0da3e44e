package recoverytest

import "time"

func useWindow(k *kit) {
	q := today("bike", "outbound")
	k.commit(
		decided("dec_1", "A", reserves("bike", "outbound", 1, q.From)),
		decided("dec_2", "B", reserves("bike", "outbound", 2, q.From.Add(-time.Microsecond))),
		decided("dec_3", "C", reserves("bike", "outbound", 4, q.Until.Add(-time.Microsecond))),
		decided("dec_4", "D", reserves("bike", "outbound", 8, q.Until)),
		decided("dec_5", "E", reserves("bike", "outbound", 16, noon()), reserves("bike", "outbound", 32, noon())),
	)
	k.wantUse("X", 1+4+16+32, q)
	q.From, q.Until = q.Until, q.Until.Add(time.Hour)
	k.wantUse("X", 8, q)
}

func useByDirection(k *kit) {
	k.commit(
		decided("dec_1", "A", reserves("bike", "outbound", 1, noon())),
		decided("dec_2", "B", reserves("bike", "inbound", 2, noon())),
		decided("dec_3", "C", reserves("van", "outbound", 4, noon()), reserves("bike", "outbound", 8, noon())),
	)
	k.wantUse("X", 9, today("bike", "outbound"))
	k.wantUse("X", 2, today("bike", "inbound"))
	k.wantUse("X", 4, today("van", "outbound"))
	k.wantUse("X", 0, today("van", "inbound"))
}

func useWithoutItself(k *kit) {
	k.commit(
		decided("dec_1", "A", reserves("bike", "outbound", 1, noon())),
		decided("dec_2", "B", reserves("bike", "outbound", 2, noon()), reserves("bike", "outbound", 4, noon().Add(48*time.Hour))),
		decided("dec_3", "C", reserves("van", "outbound", 8, noon()), reserves("bike", "inbound", 16, noon())),
	)
	k.wantUse("A", 2, today("bike", "outbound"))
	k.wantUse("B", 1, today("bike", "outbound")) // its own of another day must not be taken off
	k.wantUse("C", 3, today("bike", "outbound")) // nor may the use by others
	k.wantUse("X", 3, today("bike", "outbound"))
}

func useReleased(k *kit) {
	q := today("bike", "outbound")
	k.commit(
		decided("dec_1", "A", reserves("bike", "outbound", 3, noon())),
		decided("dec_2", "A", supersedes("dec_1"), reserves("bike", "outbound", 3, noon())),
	)
	k.wantUse("X", 3, q) // it is still needed, and is not counted twice
	k.commit(decided("dec_3", "A", supersedes("dec_2"), reserves("bike", "outbound", 1, noon()), reserves("van", "outbound", 2, noon())))
	k.wantUse("X", 1, q)
	k.wantUse("X", 2, today("van", "outbound"))
	k.commit(decided("dec_4", "A", supersedes("dec_3")))
	k.wantUse("X", 0, q)
	k.wantUse("X", 0, today("van", "outbound"))
}
