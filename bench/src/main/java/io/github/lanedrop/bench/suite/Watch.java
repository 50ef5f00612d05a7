package io.github.lanedrop.bench.suite;

/** Is told what goes on. */
public interface Watch extends AutoCloseable {
    /** Says nothing. */
    Watch SILENT = new Watch() {
        @Override
        public void begins(String what) {}

        @Override
        public void ends(double seconds) {}

        @Override
        public void close() {}
    };

    /**
     * Something begins.
     *
     * @param what it is
     */
    void begins(String what);

    /**
     * It has ended.
     *
     * @param seconds how many of those expected for all are over
     */
    void ends(double seconds);

    @Override
    void close();
}
