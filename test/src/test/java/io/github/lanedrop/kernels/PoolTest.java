package io.github.lanedrop.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What a pool keeps. */
final class PoolTest {
    @Test
    void aThreadGetsBackWhatItGave() {
        var pool = new Pool<>(Object::new);
        Object item = pool.borrow();
        pool.giveBack(item);
        assertThat(pool.borrow()).isSameAs(item);
        assertThat(pool.borrow()).isNotSameAs(item);
    }

    @Test
    void aPoolOfLargeThingsKeepsAboutOneForEachProcessor() {
        int most = Integer.highestOneBit(2 * Math.min(64, Runtime.getRuntime().availableProcessors()) - 1);
        var made = new AtomicInteger();
        Pool<Integer> pool = Pool.ofLarge(made::getAndIncrement);
        List<Integer> borrowed = new ArrayList<>();
        for (int i = 0; i < most + 5; i++) {
            borrowed.add(pool.borrow());
        }
        assertThat(borrowed).doesNotHaveDuplicates();
        borrowed.forEach(pool::giveBack);
        List<Integer> again = new ArrayList<>();
        for (int i = 0; i < most; i++) {
            again.add(pool.borrow());
        }
        assertThat(again).doesNotHaveDuplicates().isSubsetOf(borrowed);
        assertThat(made).hasValue(most + 5);
        assertThat(pool.borrow()).isEqualTo(most + 5);
    }
}
