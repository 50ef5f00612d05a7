package io.github.lanedrop.bench.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is published names no folder. */
final class FoldersTest {
    @Test
    void addressesOfTheWebAreNoFolders() {
        assertThat(Folders.hide("see https://example.org/a/b, not /home/me/lib/x.so: gone, nor (/opt/y/z), 3/4 a/b/c"))
                .isEqualTo("see https://example.org/a/b, not …/x.so: gone, nor (…/z), 3/4 a/b/c");
    }
}
