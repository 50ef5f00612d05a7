package io.github.lanedrop.bench.report;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.github.lanedrop.bench.demo.Calibration;
import io.github.lanedrop.bench.demo.Epoch;
import io.github.lanedrop.bench.demo.Findings;
import io.github.lanedrop.bench.demo.Throughput;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The numbers that the page's script draws. */
final class ChartData {
    private ChartData() {}

    /** JSON that can stand in a script element. */
    static String json(Findings findings, List<Throughput> throughput) {
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeArrayFieldStart("learning");
            learning(json, Figures.PLAIN, findings.plain().epochs());
            learning(json, Figures.DROPPED, findings.dropped().epochs());
            json.writeEndArray();
            json.writeArrayFieldStart("reliability");
            List<Calibration> calibrations = Figures.calibrations(findings);
            reliability(json, Figures.PLAIN, calibrations.get(0));
            reliability(json, Figures.DROPPED, calibrations.get(1));
            reliability(json, findings.settings().passes() + " Monte-Carlo passes", calibrations.get(2));
            json.writeEndArray();
            entropy(json, findings);
            throughput(json, throughput);
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Page.jsonInScript(text.toString());
    }

    private static void learning(JsonGenerator json, String name, List<Epoch> epochs) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", name);
        numbers(json, "trainLoss", epochs, epoch -> epoch.train().loss());
        numbers(json, "testLoss", epochs, epoch -> epoch.test().loss());
        numbers(json, "trainAccuracy", epochs, epoch -> epoch.train().accuracy());
        numbers(json, "testAccuracy", epochs, epoch -> epoch.test().accuracy());
        json.writeEndObject();
    }

    private static void reliability(JsonGenerator json, String name, Calibration calibration) throws IOException {
        List<Calibration.Bin> bins =
                calibration.bins().stream().filter(bin -> bin.count() > 0).toList();
        json.writeStartObject();
        json.writeStringField("name", name);
        numbers(json, "count", bins, Calibration.Bin::count);
        numbers(json, "confidence", bins, Calibration.Bin::confidence);
        numbers(json, "accuracy", bins, Calibration.Bin::accuracy);
        json.writeEndObject();
    }

    private static void entropy(JsonGenerator json, Findings findings) throws IOException {
        json.writeObjectFieldStart("entropy");
        json.writeArrayFieldStart("bins");
        for (String bin : Figures.entropyBins(findings.data().classes().size())) {
            json.writeString(bin);
        }
        json.writeEndArray();
        for (boolean right : new boolean[] {true, false}) {
            json.writeFieldName(right ? "right" : "wrong");
            int[] counts = Figures.entropyHistogram(findings.monteCarlo(), right);
            json.writeArray(counts, 0, counts.length);
        }
        json.writeEndObject();
    }

    private static void throughput(JsonGenerator json, List<Throughput> lines) throws IOException {
        json.writeObjectFieldStart("throughput");
        numbers(json, "elements", lines, Throughput::elements);
        numbers(json, "copy", lines, Throughput::copy);
        numbers(json, "scale", lines, Throughput::scale);
        numbers(json, "dropout", lines, Throughput::dropout);
        json.writeEndObject();
    }

    /** JSON knows no NaN: what is not finite becomes null, a gap in a chart. */
    private static <T> void numbers(JsonGenerator json, String name, List<T> items, ToDoubleFunction<T> number)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (T item : items) {
            double value = number.applyAsDouble(item);
            if (Double.isFinite(value)) {
                json.writeNumber(value);
            } else {
                json.writeNull();
            }
        }
        json.writeEndArray();
    }
}
