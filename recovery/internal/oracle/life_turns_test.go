package oracle

import "testing"

// lifeTurns are lives in which two rules of time.md meet, or in which what was told is corrected. They are written as
// those of lifeRules. Random lives found most of them.
const lifeTurns = `
# 11 answered, and nobody waits any more
do: [{respond: {within: 4h, since: waiting_since}}]
02T10:00 told +waiting_since=02T10:00
  respond new due 02T14:00 given 02T10:00
02T12:30 told +responded_at=02T12:30 -waiting_since
  respond kept due 02T14:00 given 02T10:00 done 02T12:30
02T13:30 told +severity=4
  respond kept due 02T14:00 given 02T10:00 done 02T12:30
02T15:00 told +waiting_since=02T14:30
  respond changed due 02T18:30 given 02T10:00

# 13 what is done keeps its deadline, also where its field moves to a time before that
do: [{respond: {within: 4h, since: waiting_since}}]
02T10:00 told +waiting_since=02T10:00
  respond new due 02T14:00 given 02T10:00
02T15:00 told +waiting_since=02T14:30 +responded_at=02T14:45
  respond kept due 02T14:00 given 02T10:00 done 02T14:45
  missed respond given 02T10:00 due 02T14:00 done 02T14:45

# 2 what a play asks for twice is one promise, which a resolved incident leaves out while it is open
do: [{respond: {since: resolved_at}}, {respond: {}}]
02T10:00 told +responded_at=02T09:00 +resolved_at=02T10:00

# 2 what a play asks for twice may be done from the earlier time on, also where the other clock can be paused
do: [{assign: {to: lead, after: 26h, pauses: true}}, {assign: {to: lead, after: 1h}}]
02T10:00 told
  assign new given 02T10:00
02T10:30 owed next assign 02T11:00
02T12:00 owed due assign

# 2 prevention that is asked for twice is due before the failure, also where one of the asks waits for a field
lead: 1h
do: [{callback: {since: waiting_since}}, {callback: {}}]
02T10:00 told
  callback new given 02T10:00
02T11:00 told +phase=signal +expected_at=02T14:00
  callback changed due 02T13:00 given 02T10:00

# 6 the steps of what is asked for twice stand in the order of the play
do: [{respond: {within: 8h, if_late: [{escalate: {to: lead}}]}}, {respond: {within: 4h, if_late: [{notify: {to: lead}}]}}]
02T10:00 told
  respond new due 02T14:00 given 02T10:00
02T15:00 owed overdue respond 02T14:00, due escalate, due notify

# 7 what is done changes no more
do: [{acknowledge: {after: 36h, pauses: true}}]
02T10:00 told
  acknowledge new given 02T10:00
02T11:00 told +responded_at=02T09:00 +paused=01T10:00
  acknowledge kept given 02T10:00 done 02T09:00

# 7 what was kept, and is open again, waited while the incident was paused
do: [{resolve: {within: 8h, pauses: true}}]
02T09:00 told
  resolve new due 02T17:00 given 02T09:00
02T11:00 told +resolved_at=02T11:00
  resolve kept due 02T17:00 given 02T09:00 done 02T11:00
04T11:00 told -resolved_at +paused=02T11:00/04T11:00
  resolve changed due 04T17:00 given 02T09:00

# 7 what is overdue is reminded of, and its steps are owed, while the incident is paused
do: [{respond: {within: 4h, pauses: true, remind: [{notify: {to: lead, before: 30m}}], if_late: [{escalate: {to: lead, within: 2h, pauses: true}}]}}]
02T10:00 told
  respond new due 02T14:00 given 02T10:00
02T15:00 told +paused=02T14:30
  respond changed due 02T14:00 given 02T10:00
  missed respond given 02T10:00 due 02T14:00
02T16:00 owed overdue respond 02T14:00, due notify, due escalate

# 11 one effect was reported twice: the later report counts, also for what was missed
do: [{apologise: {within: 1h}}]
02T10:00 told
  apologise new due 02T11:00 given 02T10:00
02T12:00 report apologise done
02T13:00 told +severity=4
  apologise kept due 02T11:00 given 02T10:00 done 02T12:00
  missed apologise given 02T10:00 due 02T11:00 done 02T12:00
02T14:00 report apologise done=02T13:30
02T15:00 told +severity=5
  apologise kept due 02T11:00 given 02T10:00 done 02T13:30
  missed apologise given 02T10:00 due 02T11:00 done 02T13:30

# 11 what prevents a failure waits for no field
lead: 1h
do: [{investigate: {since: waiting_since}}]
02T10:00 told +phase=signal +expected_at=02T14:00
  investigate new due 02T13:00 given 02T10:00
02T11:00 report investigate done
02T14:00 told +severity=4
  investigate kept due 02T13:00 given 02T10:00 done 02T11:00

# 13 an inform that is due before a failure bounds the first time only
lead: 1h
do: [{inform: {every: 4h}}]
02T10:00 told +phase=signal +expected_at=02T12:00
  inform new due 02T11:00 given 02T10:00
02T10:45 told +informed_at=02T10:30
  inform changed due 02T18:00 given 02T10:00

# 13 a resolution that is told late spares what came after it, and is no excuse once it is taken back
when: late
do: [{inform: {every: 4h}}, {respond: {within: 4h}}]
02T10:00 told +failure=late
  inform new due 02T14:00 given 02T10:00
  respond new due 02T14:00 given 02T10:00
02T15:00 told -failure +resolved_at=02T13:00
  inform cancelled due 02T14:00 given 02T10:00
  respond cancelled due 02T14:00 given 02T10:00
02T16:00 told -resolved_at
  missed inform given 02T10:00 due 02T14:00
  missed respond given 02T10:00 due 02T14:00
02T17:00 told +resolved_at=02T14:00

# 13 an inform that follows a field is over with the resolution
do: [{inform: {every: 1h, since: waiting_since}}]
02T10:00 told +waiting_since=02T10:00
  inform new due 02T11:00 given 02T10:00
02T15:00 told +resolved_at=02T11:30
  inform cancelled due 02T11:00 given 02T10:00
  missed inform given 02T10:00 due 02T11:00

# 13 nobody misses a message between the resolution and the reopening, also where the clock follows a field
do: [{inform: {every: 2h, since: waiting_since}}]
02T10:00 told +waiting_since=02T10:00
  inform new due 02T12:00 given 02T10:00
02T20:00 told +resolved_at=02T13:00 +reopened_at=02T20:00
  inform changed due 02T22:00 given 02T10:00
  missed inform given 02T10:00 due 02T12:00

# 14 what was reported before the deadline says nothing of a step that is owed after it
do: [{inform: {every: 2h, if_late: [{apologise: {}}]}}]
02T10:00 told
  inform new due 02T12:00 given 02T10:00
02T13:00 report apologise done
02T13:30 owed overdue inform 02T12:00
02T14:30 owed overdue inform 02T12:00, due apologise

# 15 a reminder that was sent is over
do: [{respond: {within: 4h, remind: [{notify: {to: lead, before: 30m}}]}}]
02T10:00 told
  respond new due 02T14:00 given 02T10:00
02T13:40 report notify done
02T13:45 owed due respond 02T14:00

# 15 to inform exactly at a deadline keeps that one, and not the next
do: [{inform: {every: 2h, since: waiting_since}}]
02T17:00 told +waiting_since=02T10:00 +informed_at=02T14:00
  inform new due 02T16:00 given 02T17:00
  missed inform given 02T17:00 due 02T12:00 done 02T14:00
  missed inform given 02T17:00 due 02T16:00
  warns late-when-given

# 15 what an inform has missed stays listed where its field moves back, or goes
do: [{inform: {every: 2h, since: waiting_since}}]
02T10:00 told +waiting_since=02T10:00
  inform new due 02T12:00 given 02T10:00
02T12:30 told +waiting_since=02T09:00
  inform changed due 02T11:00 given 02T10:00
  missed inform given 02T12:30 due 02T11:00
  missed inform given 02T10:00 due 02T12:00
  warns late-when-given
02T12:45 told -waiting_since
  inform changed given 02T10:00
  missed inform given 02T12:30 due 02T11:00
  missed inform given 02T10:00 due 02T12:00

# 15 an information that lies ahead takes the last one not back
do: [{inform: {every: 4h}}]
02T10:00 told
  inform new due 02T14:00 given 02T10:00
02T12:00 told +informed_at=02T12:00
  inform changed due 02T18:00 given 02T10:00
02T13:00 told +informed_at=02T20:00
  inform kept due 02T18:00 given 02T10:00
  warns in-the-future

# 15 a step that was reported before the incident was opened again is owed once more
do: [{compensate: {amount: 5, within: 4h, if_late: [{escalate: {to: lead}}]}}]
02T10:00 told
  compensate new 5.00 EUR due 02T14:00 given 02T10:00
02T15:00 report escalate done
02T15:30 owed overdue compensate 02T14:00
02T16:00 told +reopened_at=02T16:00
  compensate kept 5.00 EUR already 5.00 EUR due 02T14:00 given 02T10:00
  missed compensate given 02T10:00 due 02T14:00
02T16:30 owed overdue compensate 02T14:00, due escalate

# 15 what was resolved late, and opened again, was done late
do: [{resolve: {within: 1h}}]
02T10:00 told
  resolve new due 02T11:00 given 02T10:00
02T15:00 told +resolved_at=02T12:00 +reopened_at=02T14:00
  resolve changed due 02T15:00 given 02T10:00
  missed resolve given 02T10:00 due 02T11:00 done 02T12:00

# 15 opened again by mistake: the promise is the one that it was
do: [{acknowledge: {within: 1h}}]
02T10:00 told
  acknowledge new due 02T11:00 given 02T10:00
02T12:00 told +reopened_at=02T12:00
  acknowledge changed due 02T13:00 given 02T10:00
  missed acknowledge given 02T10:00 due 02T11:00
02T12:30 told -reopened_at
  acknowledge changed due 02T11:00 given 02T10:00
  missed acknowledge given 02T10:00 due 02T11:00
02T12:45 told +responded_at=02T09:00
  acknowledge kept due 02T11:00 given 02T10:00 done 02T09:00

# 13 what prevents a failure is due before it, also where the incident is paused
lead: 1h
do: [{inform: {every: 4h, pauses: true}}]
02T10:00 told +phase=signal +expected_at=02T14:00 +paused=02T09:00
  inform new due 02T13:00 given 02T10:00

# 14 an apology for a silence stays owed once the incident is resolved
do: [{inform: {every: 2h, if_late: [{apologise: {}}]}}]
02T10:00 told +informed_at=02T09:00
  inform new due 02T14:00 given 02T10:00
02T15:00 told +resolved_at=02T15:00
  inform kept due 02T14:00 given 02T10:00 done 02T09:00
  missed inform given 02T10:00 due 02T14:00
02T16:00 owed due apologise

# 14 nothing is owed for a deadline that came when the incident was resolved already
do: [{respond: {within: 1h, if_late: [{apologise: {}}]}}]
02T10:00 told
  respond new due 02T11:00 given 02T10:00
02T13:00 told +resolved_at=02T10:30 +responded_at=02T12:00
  respond kept due 02T11:00 given 02T10:00 done 02T12:00
02T14:00 owed

# 15 an answer before the incident was opened again, and one since, are about two promises
do: [{respond: {within: 1h}}]
02T10:00 told
  respond new due 02T11:00 given 02T10:00
02T12:00 report respond done
02T14:00 told +responded_at=02T14:00 +reopened_at=02T14:00
  respond changed due 02T15:00 given 02T10:00 done 02T14:00
  missed respond given 02T10:00 due 02T11:00 done 02T12:00

# 16 what was done until the promise ended is about it, also where that is told later
when: late
do: [{respond: {within: 1h}}]
02T10:00 told +failure=late
  respond new due 02T11:00 given 02T10:00
02T13:00 told -failure
  respond cancelled due 02T11:00 given 02T10:00
  missed respond given 02T10:00 due 02T11:00
02T14:00 told +responded_at=02T12:00
  missed respond given 02T10:00 due 02T11:00 done 02T12:00
02T15:00 told +responded_at=02T14:30
  missed respond given 02T10:00 due 02T11:00 done 02T12:00

# 16 what was kept when it ended stays kept
when: late
do: [{respond: {within: 1h}}]
02T10:00 told +failure=late
  respond new due 02T11:00 given 02T10:00
02T10:30 told -failure +responded_at=02T10:20
  respond cancelled due 02T11:00 given 02T10:00
02T12:00 told -responded_at

# 15 what was reported stays when informed_at is taken back
do: [{inform: {every: 2h}}]
02T10:00 told
  inform new due 02T12:00 given 02T10:00
02T15:00 report inform done
02T15:30 told +informed_at=02T11:00
  inform changed due 02T18:00 given 02T10:00
  missed inform given 02T10:00 due 02T14:00 done 02T15:00
02T16:00 told -informed_at
  inform kept due 02T18:00 given 02T10:00
  missed inform given 02T10:00 due 02T12:00 done 02T15:00
  missed inform given 02T10:00 due 02T14:00 done 02T15:00

# 15 an informed_at that lay ahead has come by now, and the next one lies ahead
do: [{inform: {every: 2h}}]
02T10:00 told +informed_at=02T11:00
  inform new due 02T12:00 given 02T10:00
  warns in-the-future
02T15:00 told +informed_at=02T16:00
  inform changed due 02T14:00 given 02T10:00
  missed inform given 02T10:00 due 02T14:00
  warns in-the-future

# 15 an inform that comes back was owed in between
when: late
do: [{inform: {every: 2h}}]
02T10:00 told +failure=late
  inform new due 02T12:00 given 02T10:00
02T11:00 told -failure
  inform cancelled due 02T12:00 given 02T10:00
02T15:00 told +failure=late +informed_at=02T13:00
  inform new due 02T16:00 given 02T10:00
  missed inform given 02T10:00 due 02T12:00 done 02T13:00

# 15 an inform is judged anew where the resolution is taken back
do: [{inform: {every: 2h}}]
02T10:00 told
  inform new due 02T12:00 given 02T10:00
02T11:00 told +resolved_at=02T11:00
  inform cancelled due 02T12:00 given 02T10:00
02T17:00 told -resolved_at +informed_at=02T15:00
  inform new due 02T18:00 given 02T10:00
  missed inform given 02T10:00 due 02T12:00 done 02T15:00
  missed inform given 02T10:00 due 02T14:00 done 02T15:00

# 16 what had no deadline until one that is past was given, was past when it was given
lead: 1h
do: [{callback: {}}]
02T10:00 told
  callback new given 02T10:00
02T14:00 told +phase=signal +expected_at=02T13:00
  callback changed due 02T12:00 given 02T10:00
  missed callback given 02T14:00 due 02T12:00
  warns late-when-given

# 16 it was done in time: nothing was due then
lead: 1h
do: [{callback: {}}]
02T10:00 told
  callback new given 02T10:00
02T13:00 report callback done
02T14:00 told +phase=signal +expected_at=02T13:00
  callback kept given 02T10:00 done 02T13:00

# 16 what was kept until the incident was opened again stays kept, also where its event is cleared
do: [{acknowledge: {within: 1h}}, {resolve: {within: 4h}}]
02T10:00 told +responded_at=02T09:30
  acknowledge new due 02T11:00 given 02T10:00 done 02T09:30
  resolve new due 02T14:00 given 02T10:00
02T12:00 told +resolved_at=02T12:00
  acknowledge kept due 02T11:00 given 02T10:00 done 02T09:30
  resolve kept due 02T14:00 given 02T10:00 done 02T12:00
03T10:00 told +reopened_at=03T10:00 -resolved_at -responded_at
  acknowledge new due 03T11:00 given 02T10:00
  resolve changed due 03T14:00 given 02T10:00

# 16 and so it does where the next answer is told together with the next question
do: [{respond: {within: 4h, since: waiting_since}}]
02T10:00 told +waiting_since=02T10:00
  respond new due 02T14:00 given 02T10:00
02T11:00 told +responded_at=02T11:00
  respond kept due 02T14:00 given 02T10:00 done 02T11:00
02T16:00 told +waiting_since=02T13:00 +responded_at=02T15:00
  respond changed due 02T17:00 given 02T10:00 done 02T15:00

# 16 what was not kept is judged by the same answer
do: [{respond: {within: 4h, since: waiting_since}}]
02T10:00 told +waiting_since=02T10:00
  respond new due 02T14:00 given 02T10:00
02T15:00 told +responded_at=02T15:00
  respond kept due 02T14:00 given 02T10:00 done 02T15:00
  missed respond given 02T10:00 due 02T14:00 done 02T15:00
02T16:00 told -responded_at
  respond kept due 02T14:00 given 02T10:00
  missed respond given 02T10:00 due 02T14:00

# 15 answered as it is opened again: what reminds of it stays as it was
do: [{acknowledge: {within: 4h, remind: [{notify: {to: lead, before: 25%}}]}}]
02T10:00 told
  acknowledge new due 02T14:00 given 02T10:00
02T12:00 told +reopened_at=02T12:00 +responded_at=02T12:00
  acknowledge kept due 02T14:00 given 02T10:00 done 02T12:00

# 15 each report says that the customer was informed once more
do: [{inform: {every: 2h}}]
02T10:00 told
  inform new due 02T12:00 given 02T10:00
02T11:00 report inform done
02T13:00 report inform done
02T15:00 told +severity=4
  inform changed due 02T16:00 given 02T10:00

# 12 a report that is undone: what is cancelled then was not done
when: late
do: [{callback: {within: 4h}}]
02T10:00 told +failure=late
  callback new due 02T14:00 given 02T10:00
02T11:00 report callback done
02T11:30 told +severity=4
  callback kept due 02T14:00 given 02T10:00 done 02T11:00
02T12:00 report callback undone
02T13:00 told -failure
  callback cancelled due 02T14:00 given 02T10:00

# 18 another warning of the same kind is a difference
do: [{apologise: {}}]
02T10:00 told
  apologise new given 02T10:00
02T10:30 report apologise done=02T12:00
02T11:00 again
  apologise kept given 02T10:00
  warns in-the-future
02T11:30 again
`

func TestLifeTurns(t *testing.T) { playLives(t, lifeTurns) }
