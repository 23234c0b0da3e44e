package otel_test

import "go.opentelemetry.io/otel/attribute"

// encoder writes attributes as key=value, sorted by key.
var encoder = attribute.DefaultEncoder()
