using System.Diagnostics;
using System.Globalization;
using Orleans.Replication.Raft.State;
using RocksDbSharp;

namespace Orleans.Replication.Raft.Tests.Divergence;

/// <summary>
/// Measures what the hash adds to writing a log entry's changes, with and without it by turns. Asserts nothing, and runs only when it is asked for:
/// <c>-class '*DigestCost' -explicit only -showliveoutput</c>.
/// </summary>
public sealed class DigestCost(ITestOutputHelper output)
{
    private const int Rounds = 41;

    [Theory(Explicit = true)]
    [InlineData(1, 100)]
    [InlineData(100, 100)]
    [InlineData(1, 100_000)]
    public void Of_an_entry(int commands, int valueBytes)
    {
        using var hashed = new TemporaryState();
        var folder = Directory.CreateTempSubdirectory("raft-plain-").FullName;
        var plain = Database.Open(folder);
        using var writes = new WriteBatch();
        var (with, without) = (new List<double>(), new List<double>());
        var entries = Math.Max(1, 20_000_000 / (commands * (valueBytes + 2_000)));
        var index = 0L;
        for (var round = 0; round < Rounds; round++)
        {
            var batches = Enumerable.Range(0, entries).Select(_ => Fill(commands, valueBytes)).ToList();
            with.Add(Measure(batches, batch => hashed.State.Commit(batch, new AppliedPosition(++index, 1, index, default))));
            batches = [.. Enumerable.Range(0, entries).Select(_ => Fill(commands, valueBytes))];
            without.Add(Measure(batches, batch =>
            {
                Span<byte> position = stackalloc byte[AppliedPosition.EncodedBytes];
                new AppliedPosition(++index, 1, index, default).Encode(position);
                writes.Clear();
                batch.MoveTo(writes);
                writes.Put(StateKeys.Position, position);
                plain.Write(writes);
            }));
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{commands} commands of {valueBytes} bytes, {entries} entries a round, {Rounds} rounds: median {Median(with):F2} us an entry with the hash, {Median(without):F2} us without"));
        plain.Release();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>What a command leaves: its record, its result, its session.</summary>
    private static StateBatch Fill(int commands, int valueBytes)
    {
        var batch = new StateBatch();
        for (var i = 0; i < commands; i++)
        {
            batch.Set([.. StateKeys.Table("kv"), .. BitConverter.GetBytes(Random.Shared.Next(10_000))], RecordFormat.Encode(1, new byte[valueBytes]));
            batch.Set(StateKeys.Result(1, (ulong)i), new byte[10]);
            batch.Set(StateKeys.Session(1), new byte[24]);
            batch.Accept();
        }

        return batch;
    }

    private static double Measure(List<StateBatch> batches, Action<StateBatch> commit)
    {
        var began = Stopwatch.GetTimestamp();
        foreach (var batch in batches)
            commit(batch);
        return Stopwatch.GetElapsedTime(began).TotalMicroseconds / batches.Count;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
