using Spectre.Console;

namespace Orleans.Replication.Benchmarks.Transports;

/// <summary>The measurements as tables for people: medians, and ratios to SslStream.</summary>
internal static class TransportTables
{
    public static void Write(IAnsiConsole console, TransportMeasurements measurements, IReadOnlyList<LongTransferResult> transfers)
    {
        // Into a file or a pipe a console is 80 columns wide, and would fold the figures.
        if (!console.Profile.Out.IsTerminal)
            console.Profile.Width = 140;

        if (measurements.Uploads.Count > 0)
            WriteUploads(console, measurements);
        if (measurements.RoundTrips.Count > 0)
            WriteRoundTrips(console, measurements);
        foreach (var transfer in transfers)
        {
            var (first, last) = transfer.PeakResident;
            console.WriteLine(
                $"{transfer.Transport}: {transfer.Bytes} bytes in one transfer at {transfer.MegabytesPerSecond:F0} MB/s; both processes held "
                + $"{first:F0} MiB at most in the first quarter, {last:F0} MiB in the last; managed heaps {transfer.MedianHeap:F0} MiB (median).");
        }
    }

    private static void WriteUploads(IAnsiConsole console, TransportMeasurements measurements)
    {
        var table = New("one way", "MB/s", "cpu s/GB", "allocated bytes/MB", "of SslStream");
        foreach (var m in measurements.Uploads)
        {
            table.AddRow(
                $"{m.Transport}",
                $"{m.MegabytesPerSecond:F0}",
                $"{m.ProcessorSecondsPerGigabyte:F2}",
                $"{m.AllocatedBytesPerMegabyte:F0}",
                $"{measurements.UploadRatio(m.Transport):F2}");
        }

        console.Write(table);
    }

    private static void WriteRoundTrips(IAnsiConsole console, TransportMeasurements measurements)
    {
        var table = New("256 bytes there and back", "lanes", "per second", "p50 µs", "p99 µs", "cpu µs", "allocated bytes", "of SslStream");
        foreach (var m in measurements.RoundTrips)
        {
            table.AddRow(
                $"{m.Transport}",
                $"{m.Lanes}",
                $"{m.PerSecond:F0}",
                $"{m.P50Microseconds:F0}",
                $"{m.P99Microseconds:F0}",
                $"{m.ProcessorMicroseconds:F1}",
                $"{m.AllocatedBytes:F0}",
                $"{measurements.RoundTripRatio(m):F2}");
        }

        console.Write(table);
    }

    private static Table New(string first, params string[] others)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(new TableColumn(first) { NoWrap = true });
        foreach (var other in others)
            table.AddColumn(new TableColumn(other) { Alignment = Justify.Right, NoWrap = true });
        return table;
    }
}
