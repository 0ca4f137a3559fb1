package metrics

import (
	"encoding/binary"
	"slices"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// A series is one counter or histogram with its label values. It is never changed.
type series struct {
	family family
	labels []string         // values, in the order of families[family].Labels
	pairs  []*dto.LabelPair // the same, sorted by name; nil in a decoded snapshot, where derived labels are missing
}

// A directory numbers the series of a recorder in the order in which they appeared. It only grows, so a snapshot shares
// it by keeping a prefix. The fields are owned by the recorder and change in quiet moments only.
type directory struct {
	series  []*series
	created []int64  // Unix milliseconds
	base    []uint64 // counts from before this process, by series
	byID    map[string]int32
	interner

	// The encoded identities of all series in order (see encode.go), kept so that saving a snapshot is mostly a copy.
	encoded []byte
	refs    map[string]uint64 // strings that encoded defines, numbered from 1
}

func newDirectory() *directory {
	return &directory{byID: map[string]int32{}, interner: newInterner(), refs: map[string]uint64{}}
}

// add returns the index of the series with these label values, which it makes if there is none. Two sets of labels that
// differ in derived labels only are the same series: the first one stays.
func (d *directory) add(f family, created int64, labels ...string) int32 {
	labels = valid(labels)
	id := identity(f, labels)
	if i, ok := d.byID[id]; ok {
		return i
	}
	i := int32(len(d.series))
	d.byID[id] = i
	d.series = append(d.series, &series{family: f, labels: labels, pairs: d.labelPairs(f, labels)})
	d.created = append(d.created, created)
	d.base = append(d.base, 0)
	d.encode(f, labels)
	return i
}

// find returns the index of the series with these label values, of which derived ones do not matter.
func (d *directory) find(f family, labels ...string) (int32, bool) {
	i, ok := d.byID[identity(f, valid(labels))]
	return i, ok
}

// identity returns the family and the labels that are not derived as one string. The separator is no UTF-8.
func identity(f family, labels []string) string {
	var b strings.Builder
	b.WriteByte(byte(f))
	for i, name := range families[f].Labels {
		if !derived(name) {
			b.WriteString(labels[i])
			b.WriteByte(0xff)
		}
	}
	return b.String()
}

// valid replaces what is no UTF-8, as it may stand in a path, because no exposition may have it.
func valid(labels []string) []string {
	for i, l := range labels {
		labels[i] = strings.ToValidUTF8(l, "\uFFFD")
	}
	return labels
}

// encode appends the identity of a series to what a snapshot is saved with.
func (d *directory) encode(f family, labels []string) {
	d.encodeString(families[f].Name)
	names := families[f].Labels
	n := 0
	for _, name := range names {
		if !derived(name) {
			n++
		}
	}
	d.encoded = append(d.encoded, byte(n))
	for i, name := range names {
		if !derived(name) {
			d.encodeString(labels[i])
		}
	}
}

// encodeString appends a reference to a string that was defined before, or 0 and the string.
func (d *directory) encodeString(s string) {
	if ref, ok := d.refs[s]; ok {
		d.encoded = binary.AppendUvarint(d.encoded, ref)
		return
	}
	d.refs[s] = uint64(len(d.refs) + 1)
	d.encoded = append(d.encoded, 0)
	d.encoded = binary.AppendUvarint(d.encoded, uint64(len(s)))
	d.encoded = append(d.encoded, s...)
}

// An interner makes label pairs. Equal pairs are one: a series costs a pointer for each of its labels.
type interner map[[2]string]*dto.LabelPair

func newInterner() interner { return interner{} }

// labelPairs returns the labels of a series as an exposition wants them: sorted by name.
func (in interner) labelPairs(f family, labels []string) []*dto.LabelPair {
	pairs := make([]*dto.LabelPair, len(labels))
	for i, name := range families[f].Labels {
		key := [2]string{name, labels[i]}
		if in[key] == nil {
			in[key] = &dto.LabelPair{Name: &key[0], Value: &key[1]}
		}
		pairs[i] = in[key]
	}
	slices.SortFunc(pairs, func(a, b *dto.LabelPair) int { return strings.Compare(a.GetName(), b.GetName()) })
	return pairs
}
