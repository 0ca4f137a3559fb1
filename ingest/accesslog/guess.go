package accesslog

import "slices"

// extend adds to a preset what its name stands for beside its first template.
//
// auto takes for what they are the lines that HAProxy, Envoy, an AWS load balancer, IIS and CloudFront write unless told otherwise,
// and those of any W3C log by its own directive; Traefik's
// common format begins as combined does. It reads who answered and what from them, but neither duration nor the size of a whole
// message: whether an API has a histogram of durations, and what its sizes mean, is not to depend on which lines come.
func (f *Format) extend() {
	switch f.name {
	case "envoy":
		f.templates = append(f.templates, templatesOf(envoyPreset[1:]...)...)
	case "auto":
		f.also = templatesOf(slices.Concat([]string{"haproxy", "alb"}, envoyPreset, []string{"iis", "cloudfront"})...)
		for _, t := range f.also {
			t.withoutAmounts()
		}
	}
	for _, t := range slices.Concat(f.templates, f.also) {
		t.whole()
	}
}

// templatesOf returns the templates of formats that are known to compile.
func templatesOf(formats ...string) (all []*template) {
	for _, s := range formats {
		f, err := Compile(s)
		if err != nil {
			panic(err)
		}
		all = append(all, f.templates...)
	}
	return all
}

// withoutAmounts makes the fields that hold a duration, or a size with the header in it, such as nobody asks for.
func (t *template) withoutAmounts() {
	for i := range t.fields {
		f := &t.fields[i]
		if f.role == roleDuration || f.role == roleBytes && f.gross {
			f.role = roleNone
		}
		f.adds = false
	}
}
