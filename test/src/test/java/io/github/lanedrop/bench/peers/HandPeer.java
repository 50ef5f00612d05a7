package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;

/** A correct peer whose parts a test replaces by wrong ones. */
class HandPeer implements Peer {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    MemorySegment result = MemorySegment.ofArray(new float[1]);
    Task task = new Task(result, result, result, 1, .5, 1); // until it is asked
    int calls;

    @Override
    public String id() {
        return "hand";
    }

    @Override
    public String version() {
        return "1";
    }

    @Override
    public String description() {
        return "by hand";
    }

    @Override
    public Set<Operation> operations() {
        return EnumSet.allOf(Operation.class);
    }

    /** A uniform number in [0, 1) of a call and an element: SplitMix64's finaliser. */
    static double uniform(int call, int element) {
        long z = ((long) call << 32 | element) * GOLDEN;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return ((z ^ (z >>> 31)) >>> 11) * 0x1p-53;
    }

    boolean isDropped(int call, int element) {
        return uniform(call, element) < task.rate();
    }

    float kept(float x) {
        return x * task.scale();
    }

    float dropped(float x) {
        return 0;
    }

    void drop(int call, MemorySegment from, MemorySegment to) {
        for (int i = 0; i < task.elements(); i++) {
            float x = from.getAtIndex(JAVA_FLOAT, i);
            to.setAtIndex(JAVA_FLOAT, i, isDropped(call, i) ? dropped(x) : kept(x));
        }
        result = to;
    }

    void forward() {
        drop(++calls, task.src(), task.dst());
    }

    void backward() {
        drop(calls, task.gradient(), task.dst());
    }

    void inPlace() {
        drop(++calls, task.dst(), task.dst());
    }

    @Override
    public Work prepare(Task asked) {
        task = asked;
        return new Work() {
            @Override
            public void forward() {
                HandPeer.this.forward();
            }

            @Override
            public void backward() {
                HandPeer.this.backward();
            }

            @Override
            public void inPlace() {
                HandPeer.this.inPlace();
            }

            @Override
            public MemorySegment result() {
                return result;
            }
        };
    }
}
