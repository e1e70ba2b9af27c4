# The two commands of README.md, and what carries them.

.PHONY: demo test lint tools

# The gateway with stand-ins for everything a customer would have.
demo:
	cargo run --quiet -- demo

# Every test; installs from Debian what the tests need and the machine lacks.
test: tools
	cargo test --all-targets

# What CI also wants: formatted, and nothing for clippy to say.
lint:
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings

tools:
	@command -v xmllint >/dev/null || { \
		root=$$([ "$$(id -u)" = 0 ] || echo sudo); \
		$$root apt-get update -qq && $$root apt-get install -y -qq libxml2-utils; }
