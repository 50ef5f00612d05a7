package io.github.lanedrop.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;

/** What is said of peers that were made wrong by hand. */
final class Refusals {
    private Refusals() {}

    /** One line that begins with the peer's name. */
    static void assertRefused(Optional<String> refusal, String reason) {
        assertThat(refusal)
                .hasValueSatisfying(sentence -> assertThat(sentence)
                        .startsWith("hand ")
                        .contains(reason)
                        .doesNotContain("\n"));
    }
}
