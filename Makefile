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

# The recordings of all prompts: those that are missing or whose words have changed; needs espeak-ng.
audio: tools
	cargo run --quiet -- prompts render --prune

# What the tests need and the machine lacks, from Debian. It keeps initdb below /usr/lib/postgresql, in no PATH; the tests make a
# cluster of their own with it.
tools:
	@missing=""; \
	command -v xmllint >/dev/null || missing="$$missing libxml2-utils"; \
	command -v espeak-ng >/dev/null || missing="$$missing espeak-ng"; \
	command -v sipp >/dev/null || missing="$$missing sip-tester"; \
	command -v baresip >/dev/null || missing="$$missing baresip-core"; \
	[ -n "$$CALLWARD_TEST_POSTGRES" ] || command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$$missing postgresql"; \
	[ -z "$$missing" ] || { \
		root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$root apt-get update -qq && $$root apt-get install -y -qq $$missing; }
