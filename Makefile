# The two commands of README.md, and what carries them.

.PHONY: demo test lint audio tools

# The gateway with stand-ins for everything a customer would have.
demo:
	cargo run --quiet -- demo

# Every test; installs from Debian what the tests need and the machine lacks.
test: tools
	cargo test --all-targets

# What CI also wants: formatted, and nothing for clippy to say.
lint:
	cargo fmt --check
	cargo clippy --all-targets --all-features -- -D warnings

# The words and the music that callers hear while a service takes long; needs espeak-ng and sox.
audio:
	@for line in "en en-gb One moment, please." "es es Un momento, por favor."; do \
		set -- $$line; language=$$1; voice=$$2; shift 2; \
		notes=""; for pair in C4,E4 G4,B4 A3,C4 F4,A4 C4,E4 F4,A4 A3,C4 G4,B4; do \
			sox -n -r 8000 -c 1 /tmp/$$pair.wav synth 1.5 pluck $${pair%,*} synth 1.5 pluck mix $${pair#*,} gain -14 fade t 0.02 1.5 0.4; \
			notes="$$notes /tmp/$$pair.wav"; \
		done; \
		espeak-ng -v $$voice -s 150 -w /tmp/said.wav "$$*"; \
		sox /tmp/said.wav -r 8000 -c 1 /tmp/words.wav norm -6 pad 0.1 0.7; \
		sox /tmp/words.wav $$notes -e mu-law -b 8 audio/one_moment.$$language.wav; \
	done

# Debian keeps initdb below /usr/lib/postgresql, in no PATH; the tests make a cluster of their own with it.
tools:
	@missing=""; \
	command -v xmllint >/dev/null || missing="libxml2-utils"; \
	[ -n "$$CALLWARD_TEST_POSTGRES" ] || command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	[ -z "$$missing" ] || { \
		root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$root apt-get update -qq && $$root apt-get install -y -qq $$missing; }
