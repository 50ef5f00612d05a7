package io.github.lanedrop.kernels;

import java.lang.foreign.MemorySegment;

/** What a kernel does to an element, in float and in double, and how it is called. */
enum ElementwiseKernel {
    INVERTED {
        @Override
        float of(float x, float operand, boolean kept, double p) {
            return kept ? p == 0 ? x : x * (float) scale(p) : 0;
        }

        @Override
        double of(double x, double operand, boolean kept, double p) {
            return kept ? p == 0 ? x : x * scale(p) : 0;
        }

        @Override
        void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
            DropoutKernel.forward(m, t, at, x, y, w.elements, w.workers);
        }
    },
    STANDARD {
        @Override
        float of(float x, float operand, boolean kept, double p) {
            return kept ? x : 0;
        }

        @Override
        double of(double x, double operand, boolean kept, double p) {
            return kept ? x : 0;
        }

        @Override
        void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
            StandardDropout.forward(m, t, at, x, y, w.elements, w.workers);
        }
    },
    STANDARD_EVALUATION {
        @Override
        float of(float x, float operand, boolean kept, double p) {
            return p == 0 ? x : x * (float) (1 - p);
        }

        @Override
        double of(double x, double operand, boolean kept, double p) {
            return p == 0 ? x : x * (1 - p);
        }

        @Override
        void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
            StandardDropout.evaluate(m.rate(), t, x, y, w.elements, w.workers);
        }
    },
    ALPHA {
        @Override
        float of(float x, float operand, boolean kept, double p) {
            return p == 0 ? x : kept ? x * (float) a(p) + (float) b(p) : (float) dropped(p);
        }

        @Override
        double of(double x, double operand, boolean kept, double p) {
            return p == 0 ? x : kept ? x * a(p) + b(p) : dropped(p);
        }

        @Override
        void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
            AlphaDropout.forward(m, t, at, x, y, w.elements, w.workers);
        }
    },
    ALPHA_BACKWARD {
        @Override
        float of(float x, float operand, boolean kept, double p) {
            return kept ? p == 0 ? x : x * (float) a(p) : 0;
        }

        @Override
        double of(double x, double operand, boolean kept, double p) {
            return kept ? p == 0 ? x : x * a(p) : 0;
        }

        @Override
        void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
            AlphaDropout.backward(m, t, at, x, y, w.elements, w.workers);
        }
    },
    RESIDUAL {
        @Override
        float of(float x, float operand, boolean kept, double p) {
            return operand + (kept ? x * (float) scale(p) : 0);
        }

        @Override
        double of(double x, double operand, boolean kept, double p) {
            return operand + (kept ? x * scale(p) : 0);
        }

        @Override
        void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
            ResidualDropout.forward(m, t, at, x, o, y, w.elements, w.workers);
        }
    },
    ZONEOUT {
        @Override
        float of(float x, float operand, boolean kept, double p) {
            return kept ? x : operand;
        }

        @Override
        double of(double x, double operand, boolean kept, double p) {
            return kept ? x : operand;
        }

        @Override
        void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
            Zoneout.forward(m, t, at, x, o, y, w.elements, w.workers);
        }
    },
    ZONEOUT_BACKWARD {
        @Override
        float of(float x, float operand, boolean kept, double p) {
            return kept ? x : 0;
        }

        @Override
        double of(double x, double operand, boolean kept, double p) {
            return kept ? x : 0;
        }

        @Override
        void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
            Zoneout.backward(m, t, at, x, y, w.elements, w.workers);
        }
    },
    ZONEOUT_BACKWARD_PREVIOUS {
        @Override
        float of(float x, float operand, boolean kept, double p) {
            return kept ? 0 : x;
        }

        @Override
        double of(double x, double operand, boolean kept, double p) {
            return kept ? 0 : x;
        }

        @Override
        void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
            Zoneout.backwardPrevious(m, t, at, x, y, w.elements, w.workers);
        }
    },
    ZONEOUT_EVALUATION {
        @Override
        float of(float x, float operand, boolean kept, double p) {
            return p == 0 ? x : p == 1 ? operand : x * (float) (1 - p) + operand * (float) p;
        }

        @Override
        double of(double x, double operand, boolean kept, double p) {
            return p == 0 ? x : p == 1 ? operand : x * (1 - p) + operand * p;
        }

        @Override
        void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w) {
            Zoneout.evaluate(m.rate(), t, x, o, y, w.elements, w.workers);
        }
    };

    abstract float of(float x, float operand, boolean kept, double p);

    abstract double of(double x, double operand, boolean kept, double p);

    abstract void run(MaskSource m, DType t, long at, MemorySegment x, MemorySegment o, MemorySegment y, Work w);

    /** {@link #of} on the bits of a data type: 16-bit types are computed in float and rounded once. */
    long of(DType type, long x, long operand, boolean kept, double p) {
        return switch (type) {
            case FLOAT32 ->
                TypedBits.bits(of(Float.intBitsToFloat((int) x), Float.intBitsToFloat((int) operand), kept, p));
            case FLOAT64 ->
                Double.doubleToRawLongBits(of(Double.longBitsToDouble(x), Double.longBitsToDouble(operand), kept, p));
            case BFLOAT16 -> {
                float y = of(Float.intBitsToFloat((int) x << 16), Float.intBitsToFloat((int) operand << 16), kept, p);
                yield TypedBits.bfloat16(y) & 0xFFFFL;
            }
            case FLOAT16 -> {
                float y = of(Float.float16ToFloat((short) x), Float.float16ToFloat((short) operand), kept, p);
                // copying keeps all bits, as numbers do that fit a double; converting makes a signalling NaN quiet
                yield copies(p)
                        ? (long) of((double) x, (double) operand, kept, p)
                        : (Float.floatToFloat16(y) & 0xFFFFL);
            }
        };
    }

    boolean hasOperand() {
        return this == ZONEOUT || adds();
    }

    /** Whether two elements are added: of two NaNs it may be either. */
    boolean adds() {
        return this == RESIDUAL || this == ZONEOUT_EVALUATION;
    }

    /** Whether elements keep their bits, as far as they are not dropped. */
    private boolean copies(double p) {
        return switch (this) {
            case INVERTED, STANDARD_EVALUATION, ALPHA, ALPHA_BACKWARD -> p == 0;
            case ZONEOUT_EVALUATION -> p == 0 || p == 1;
            case STANDARD, ZONEOUT, ZONEOUT_BACKWARD, ZONEOUT_BACKWARD_PREVIOUS -> true;
            case RESIDUAL -> false;
        };
    }

    boolean takes(double rate) {
        return rate < 1 || (this != ALPHA && this != ALPHA_BACKWARD);
    }

    private static double scale(double p) {
        return 1 / (1 - p);
    }

    private static double a(double p) {
        return 1 / Math.sqrt((1.7580993408473766 * 1.7580993408473766 * p + 1) * (1 - p));
    }

    private static double b(double p) {
        return a(p) * 1.7580993408473766 * p;
    }

    private static double dropped(double p) {
        return a(p) * -1.7580993408473766 + b(p);
    }

    /** How much, and by whom. */
    record Work(long elements, Workers workers) {}
}
