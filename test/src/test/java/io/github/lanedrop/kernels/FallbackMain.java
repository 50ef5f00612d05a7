package io.github.lanedrop.kernels;

import io.github.lanedrop.PathMain;
import java.security.NoSuchAlgorithmException;

/**
 * The main class of the children of {@link io.github.lanedrop.FallbackTest}: prints what {@link PathMain} does, calls every
 * kernel once, and then prints whether the self-test passes, {@code selfTest=true|false}.
 */
public final class FallbackMain {
    private FallbackMain() {}

    /**
     * Runs it.
     *
     * @param arguments none
     */
    public static void main(String[] arguments) throws NoSuchAlgorithmException {
        PathMain.main(new String[] {"1"});
        KernelCalls.all().forEach(call -> call.call().run());
        System.out.println("selfTest=" + Kernels.selfTest());
    }
}
