package worktime

import (
	"archive/zip"
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// ZoneDataVersion is the release of the IANA time zone database that is embedded.
const ZoneDataVersion = "2025c"

// The file is the lib/time/zoneinfo.zip of Go 1.26, byte for byte, so that anyone can
// compare it. IANA asserts that the data is in the public domain.
//
//go:embed zoneinfo.zip
var zoneArchive string

// zones reads the archive's directory, once, and each zone when it is first asked for. The map is not
// changed after that.
var zones = sync.OnceValue(func() map[string]func() (*time.Location, error) {
	archive, err := zip.NewReader(strings.NewReader(zoneArchive), int64(len(zoneArchive)))
	if err != nil {
		panic("worktime: the embedded zone data is damaged: " + err.Error())
	}
	byName := make(map[string]func() (*time.Location, error), len(archive.File))
	for _, file := range archive.File {
		// Folders are no zones, and "Factory" stands for a zone that nobody has set.
		if !strings.HasSuffix(file.Name, "/") && file.Name != "Factory" {
			byName[file.Name] = sync.OnceValues(func() (*time.Location, error) { return readZone(file) })
		}
	}
	return byName
})

// LoadZone returns a zone of the IANA time zone database by its name, such as
// "Europe/Madrid". Names are case-sensitive. "Local" and the empty name are errors:
// they would mean a different zone on each machine. The error says what was found.
func LoadZone(name string) (*time.Location, error) {
	if name == "UTC" {
		return time.UTC, nil // the same constant, so that times in it are == to others in UTC
	}
	load, ok := zones()[name]
	if !ok {
		return nil, fmt.Errorf("%q is no time zone: write an IANA name such as Europe/Madrid, or UTC", name)
	}
	return load()
}

func readZone(file *zip.File) (*time.Location, error) {
	data, err := readAll(file)
	if err != nil {
		return nil, fmt.Errorf("the embedded data of time zone %s: %w", file.Name, err)
	}
	zone, err := time.LoadLocationFromTZData(file.Name, data)
	if err != nil {
		return nil, err
	}
	return time.LoadLocationFromTZData(file.Name, writtenAhead(data, zone))
}

func readAll(file *zip.File) ([]byte, error) {
	reader, err := file.Open()
	if err != nil {
		return nil, err
	}
	defer reader.Close()
	var data bytes.Buffer
	_, err = io.Copy(&data, reader)
	return data.Bytes(), err
}

// ZoneNames returns the names that [LoadZone] knows, sorted.
func ZoneNames() []string {
	names := make([]string, 0, len(zones()))
	for name := range zones() {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
