package io.github.lanedrop.bench.doctor;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.RuntimeMBeanException;
import javax.management.openmbean.CompositeData;

/**
 * The JDK that runs this.
 *
 * @param version for example {@code 25.0.1+8-LTS}
 * @param vendor who built it
 * @param vm the virtual machine and how it runs code
 * @param options what it was started with of what matters to the kernels
 * @param flags the values of the flags that matter to the kernels; a virtual machine lacks those that it does not know
 */
public record Jdk(String version, String vendor, String vm, List<String> options, SequencedMap<String, String> flags) {
    private static final List<String> RELEVANT = List.of(
            "EnableVectorSupport", "MaxVectorSize", "TieredStopAtLevel", "UseAVX", "UseFMA", "UseSVE", "UseSuperWord");

    /**
     * Looks at this JVM.
     *
     * @return the JDK
     */
    public static Jdk read() {
        return new Jdk(
                Runtime.version().toString(),
                System.getProperty("java.vendor"),
                System.getProperty("java.vm.name") + ", " + System.getProperty("java.vm.info"),
                ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                        .filter(Jdk::matters)
                        .toList(),
                readFlags());
    }

    /** Whether {@link Math#fma} is an instruction, as far as can be told, and not hundreds of times slower. */
    boolean fuses() {
        return !"false".equals(flags.get("UseFMA"));
    }

    /** Other properties are nobody's business; they may hold passwords. */
    private static boolean matters(String option) {
        return option.startsWith("-X") || option.startsWith("--add-modules") || option.startsWith("-Dlanedrop.");
    }

    private static SequencedMap<String, String> readFlags() {
        var flags = new TreeMap<String, String>();
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        for (String flag : RELEVANT) {
            try {
                // by name, since other virtual machines than HotSpot need not have the bean
                Object option = beans.invoke(
                        new ObjectName("com.sun.management:type=HotSpotDiagnostic"),
                        "getVMOption",
                        new Object[] {flag},
                        new String[] {String.class.getName()});
                if (option instanceof CompositeData data) {
                    flags.put(flag, data.get("value").toString());
                }
            } catch (JMException | RuntimeMBeanException _) {
                // not a flag of this virtual machine
            }
        }
        return flags;
    }

    /**
     * Keeps what it is given.
     *
     * @throws NullPointerException if anything is null
     */
    public Jdk {
        options = List.copyOf(options);
        flags = new TreeMap<>(Map.copyOf(flags));
    }
}
