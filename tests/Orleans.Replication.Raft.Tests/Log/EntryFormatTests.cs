using System.Buffers;
using CsCheck;
using Orleans.Replication.Raft.Log;

namespace Orleans.Replication.Raft.Tests.Log;

public sealed class EntryFormatTests
{
    private static readonly Gen<byte[][]> ManyBytes = Gen.Byte.Array[0, 200].Array[0, 20];

    [Fact]
    public void An_entry_is_read_as_it_was_written() =>
        Gen.Select(Gen.Char['a', 'z'].Array[1, 64], Gen.Long[DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks], ManyBytes).Sample((name, ticks, commands) =>
        {
            var group = new string(name);
            var bytes = Entry(group, new DateTimeOffset(ticks, TimeSpan.Zero), commands);
            var cursor = new SpanCursor(bytes);
            if (EntryFormat.ReadHeader(ref cursor, System.Text.Encoding.UTF8.GetBytes(group)).UtcTicks != ticks)
                return false;
            foreach (var command in commands)
            {
                if (!cursor.ReadBytes().Span.SequenceEqual(command))
                    return false;
            }

            return cursor.AtEnd;
        });

    [Fact]
    public void Any_bytes_are_an_entry_or_a_LogFormatException() => Gen.Byte.Array[0, 300].Sample(bytes => ReadAll(bytes) is not null);

    [Fact]
    public void An_entry_with_some_bytes_changed_is_an_entry_or_a_LogFormatException() =>
        Gen.Select(ManyBytes, Gen.Int[0, 5000], Gen.Byte).Sample((commands, at, value) =>
        {
            var bytes = Entry("default", DateTimeOffset.UnixEpoch, commands);
            bytes[at % bytes.Length] = value;
            return ReadAll(bytes) is not null;
        });

    [Fact]
    public void An_entry_of_another_version_group_or_time_is_refused_with_what_was_found()
    {
        var bytes = Entry("other", DateTimeOffset.UnixEpoch, []);
        Assert.Contains("belongs to group 'other'", ReadAll(bytes), StringComparison.Ordinal);

        bytes = Entry("default", DateTimeOffset.UnixEpoch, []);
        bytes[0] = 2;
        Assert.Contains("format version 2", ReadAll(bytes), StringComparison.Ordinal);

        bytes = Entry("default", DateTimeOffset.UnixEpoch, []);
        bytes.AsSpan(^8).Fill(0xFF);
        Assert.Contains("out of range", ReadAll(bytes), StringComparison.Ordinal);
    }

    private static byte[] Entry(string group, DateTimeOffset time, byte[][] commands)
    {
        var entry = new ArrayBufferWriter<byte>();
        EntryFormat.WriteHeader(entry, group, time);
        foreach (var command in commands)
            EntryFormat.WriteCommand(entry, command);
        return entry.WrittenSpan.ToArray();
    }

    /// <returns>Empty when the entry was read, else the typed error's message.</returns>
    private static string ReadAll(byte[] bytes)
    {
        try
        {
            var cursor = new SpanCursor(bytes);
            EntryFormat.ReadHeader(ref cursor, "default"u8);
            while (!cursor.AtEnd)
                cursor.ReadBytes();
            return string.Empty;
        }
        catch (LogFormatException e)
        {
            return e.Message;
        }
    }
}
