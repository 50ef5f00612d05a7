package io.github.lanedrop.bench.peers;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Set;

/** A correct peer whose parts a test replaces by wrong ones. */
class HandPeer implements Peer {
    private final Drops drops;
    MemorySegment result = MemorySegment.ofArray(new float[1]);
    Task task = new Task(result, result, result, 1, .5, 1); // until it is asked
    int calls;

    HandPeer() {
        this(Drops.INDEPENDENTLY);
    }

    HandPeer(Drops drops) {
        this.drops = drops;
    }

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

    float kept(float x) {
        return x * task.scale();
    }

    float dropped(float x) {
        return 0;
    }

    void drop(int call, MemorySegment from, MemorySegment to) {
        for (int i = 0; i < task.elements(); i++) {
            float x = from.getAtIndex(JAVA_FLOAT, i);
            to.setAtIndex(JAVA_FLOAT, i, drops.isDropped(call, i, task.rate()) ? dropped(x) : kept(x));
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
