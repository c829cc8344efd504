using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;

namespace Granary.Telemetry;

/// <summary>
/// What the process counts, as Prometheus reads it (text format 0.0.4). Counters and gauges keep their last sum or
/// value; histograms keep counts below fixed bounds.
/// </summary>
public sealed class PrometheusText : IDisposable
{
    /// <summary>Seconds and items alike: from a tenth of a millisecond to a minute.</summary>
    private static readonly double[] s_bounds =
        [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 50, 100, 500, 1_000, 5_000];

    private readonly SortedDictionary<string, Family> _families = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private readonly MeterListener _listener = new();

    /// <summary>What a node or a silo has; a node has no Orleans.</summary>
    private static readonly string[] s_meters =
        ["Granary.", "System.Runtime", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.Orleans"];

    public PrometheusText()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (s_meters.Any(p => instrument.Meter.Name.StartsWith(p, StringComparison.Ordinal)))
            {
                // Named before it has counted anything, so that rules about it can be checked.
                lock (_gate)
                {
                    FamilyOf(instrument);
                }
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((i, v, tags, _) => Take(i, v, tags));
        _listener.SetMeasurementEventCallback<int>((i, v, tags, _) => Take(i, v, tags));
        _listener.SetMeasurementEventCallback<double>((i, v, tags, _) => Take(i, v, tags));
        _listener.Start();
    }

    /// <summary>The present values.</summary>
    public string Render()
    {
        _listener.RecordObservableInstruments();
        StringBuilder text = new();
        lock (_gate)
        {
            foreach (Family family in _families.Values)
            {
                family.AppendTo(text);
            }
        }
        return text.ToString();
    }

    public void Dispose() => _listener.Dispose();

    private void Take(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        bool adds = !instrument.IsObservable && TypeOf(instrument) != "Gauge";
        lock (_gate)
        {
            // An observable gives its value, everything else what is to be added.
            FamilyOf(instrument).Take(LabelsOf(tags), value, adds);
        }
    }

    /// <summary>Under the gate.</summary>
    private Family FamilyOf(Instrument instrument)
    {
        string type = TypeOf(instrument);
        bool counter = type is "Counter" or "ObservableCounter";
        string name = NameOf(instrument, counter);
        if (!_families.TryGetValue(name, out Family? family))
        {
            string kind = type == "Histogram" ? "histogram" : counter ? "counter" : "gauge";
            _families.Add(name, family = new Family(name, kind, instrument.Description ?? ""));
        }
        return family;
    }

    private static string TypeOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0];

    private static string NameOf(Instrument instrument, bool counter)
    {
        string name = string.Create(instrument.Name.Length, instrument.Name, static (span, from) =>
        {
            for (int i = 0; i < span.Length; i++)
            {
                span[i] = char.IsAsciiLetterOrDigit(from[i]) ? from[i] : '_';
            }
        });
        if (instrument.Unit == "s")
        {
            name += "_seconds";
        }
        return counter ? name + "_total" : name;
    }

    private static string LabelsOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        StringBuilder labels = new();
        foreach ((string key, object? value) in tags)
        {
            string text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            string escaped = text.Replace("\\", "\\\\", StringComparison.Ordinal)
                .Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
            labels.Append(labels.Length > 0 ? "," : "").Append(key.Replace('.', '_')).Append("=\"").Append(escaped)
                .Append('"');
        }
        return labels.ToString();
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>One metric with all its label sets.</summary>
    private sealed class Family(string name, string kind, string help)
    {
        /// <summary>A value, or for a histogram the sum, and the counts below each bound and in all.</summary>
        private readonly SortedDictionary<string, (double Value, long[] Counts)> _series = new(StringComparer.Ordinal);

        public void Take(string labels, double value, bool adds)
        {
            if (!_series.TryGetValue(labels, out (double Value, long[] Counts) series))
            {
                series = (0, kind == "histogram" ? new long[s_bounds.Length + 1] : []);
            }
            series.Value = adds ? series.Value + value : value;
            for (int i = 0; i < series.Counts.Length; i++)
            {
                series.Counts[i] += i == s_bounds.Length || value <= s_bounds[i] ? 1 : 0;
            }
            _series[labels] = series;
        }

        public void AppendTo(StringBuilder text)
        {
            text.Append("# HELP ").Append(name).Append(' ').Append(help).Append('\n');
            text.Append("# TYPE ").Append(name).Append(' ').Append(kind).Append('\n');
            foreach ((string labels, (double value, long[] counts)) in _series)
            {
                if (counts.Length == 0)
                {
                    Line(text, name, labels, "", value);
                    continue;
                }
                for (int i = 0; i < counts.Length; i++)
                {
                    string bound = i == s_bounds.Length ? "+Inf" : Number(s_bounds[i]);
                    Line(text, name + "_bucket", labels, $"le=\"{bound}\"", counts[i]);
                }
                Line(text, name + "_sum", labels, "", value);
                Line(text, name + "_count", labels, "", counts[^1]);
            }
        }

        private static void Line(StringBuilder text, string metric, string labels, string more, double value)
        {
            string all = labels.Length > 0 && more.Length > 0 ? $"{labels},{more}" : labels + more;
            text.Append(metric);
            if (all.Length > 0)
            {
                text.Append('{').Append(all).Append('}');
            }
            text.Append(' ').Append(Number(value)).Append('\n');
        }
    }
}
