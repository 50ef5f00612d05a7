package io.github.lanedrop.kernels;

/** What a mask source is to an attention. */
final class AttentionMask {
    private AttentionMask() {}

    /** Whether nothing is kept, so that nothing is computed: at an infinite scale as well, which is for that alone. */
    static boolean dropsAll(MaskSource mask) {
        return mask.rate().dropsAll() || mask.scale() == Double.POSITIVE_INFINITY;
    }

    /** What a kept probability is multiplied by: one of a row that is renormalised by nothing but the row's sum. */
    static double scale(MaskSource mask, AttentionScores scores) {
        return scores.renormalized() ? 1 : mask.scale();
    }
}
