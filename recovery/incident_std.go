package recovery

// stdField is the place of [Incident] for a standard field.
type stdField uint8

const (
	notStandard stdField = iota
	stdID
	stdService
	stdOccurredAt
	stdFailure
	stdPhase
	stdSeverity
	stdSource
	stdReportedAt
	stdRespondedAt
	stdInformedAt
	stdResolvedAt
	stdExpectedAt
	stdPaused
	stdProvider
	stdFollows
	stdChannel
	stdRegion
	stdLanguage
	stdCause
	stdRemedySought
	stdSummary
	stdTags
	stdCustomerID
	stdCustomerName
	stdCustomerTier
	stdCustomerLanguage
	stdCustomerSince
	stdCount
)

// stdFieldOf finds the place for the path of a field; most have none.
func stdFieldOf(path string) stdField {
	switch path {
	case "id":
		return stdID
	case "service":
		return stdService
	case "occurred_at":
		return stdOccurredAt
	case "failure":
		return stdFailure
	case "phase":
		return stdPhase
	case "severity":
		return stdSeverity
	case "source":
		return stdSource
	case "reported_at":
		return stdReportedAt
	case "responded_at":
		return stdRespondedAt
	case "informed_at":
		return stdInformedAt
	case "resolved_at":
		return stdResolvedAt
	case "expected_at":
		return stdExpectedAt
	case "paused":
		return stdPaused
	case "provider":
		return stdProvider
	case "follows":
		return stdFollows
	case "channel":
		return stdChannel
	case "region":
		return stdRegion
	case "language":
		return stdLanguage
	case "cause":
		return stdCause
	case "remedy_sought":
		return stdRemedySought
	case "summary":
		return stdSummary
	case "tags":
		return stdTags
	case "customer.id":
		return stdCustomerID
	case "customer.name":
		return stdCustomerName
	case "customer.tier":
		return stdCustomerTier
	case "customer.language":
		return stdCustomerLanguage
	case "customer.since":
		return stdCustomerSince
	}
	return notStandard
}

// at returns a pointer to a place: a *string, *int, *time.Time, *[]string or
// *[]Pause; nil for notStandard.
func (in *Incident) at(m stdField) any {
	switch m {
	case stdID:
		return &in.ID
	case stdService:
		return &in.Service
	case stdOccurredAt:
		return &in.OccurredAt
	case stdFailure:
		return &in.Failure
	case stdPhase:
		return &in.Phase
	case stdSeverity:
		return &in.Severity
	case stdSource:
		return &in.Source
	case stdReportedAt:
		return &in.ReportedAt
	case stdRespondedAt:
		return &in.RespondedAt
	case stdInformedAt:
		return &in.InformedAt
	case stdResolvedAt:
		return &in.ResolvedAt
	case stdExpectedAt:
		return &in.ExpectedAt
	case stdPaused:
		return &in.Paused
	case stdProvider:
		return &in.Provider
	case stdFollows:
		return &in.Follows
	case stdChannel:
		return &in.Channel
	case stdRegion:
		return &in.Region
	case stdLanguage:
		return &in.Language
	case stdCause:
		return &in.Cause
	case stdRemedySought:
		return &in.RemedySought
	case stdSummary:
		return &in.Summary
	case stdTags:
		return &in.Tags
	case stdCustomerID:
		return &in.Customer.ID
	case stdCustomerName:
		return &in.Customer.Name
	case stdCustomerTier:
		return &in.Customer.Tier
	case stdCustomerLanguage:
		return &in.Customer.Language
	case stdCustomerSince:
		return &in.Customer.Since
	}
	return nil
}
