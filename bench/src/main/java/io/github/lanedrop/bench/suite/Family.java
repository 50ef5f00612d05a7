package io.github.lanedrop.bench.suite;

/** What belongs together in a report. A new family is an entry here and its lines in {@link Questions}. */
public enum Family {
    /** Dropout of float32 beside copying. */
    DROPOUT("dropout beside copying, and beside copying and scaling"),
    /** Other people's dropout. */
    PEERS("other people's dropout"),
    /** Calls as small as a service makes them. */
    CALLS("calls as small as a service makes them"),
    /** Structured masks. */
    MASKS("structured masks"),
    /** Noise. */
    NOISE("noise"),
    /** Fused chains. */
    FUSED("fused chains beside unfused ones"),
    /** Attention. */
    ATTENTION("attention with dropout"),
    /** Matrix products. */
    PRODUCTS("matrix products with and without an epilogue"),
    /** Cold start. */
    START("how a cold JVM starts");

    private final String about;

    Family(String about) {
        this.about = about;
    }

    /**
     * What it asks.
     *
     * @return a few words
     */
    public String about() {
        return about;
    }
}
