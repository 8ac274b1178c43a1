using System.Buffers;
using System.Text;
using Orleans.Journaling;

namespace Orleans.Replication.Journaling.Tests.Storage;

/// <summary>What one reading of a journal gave.</summary>
internal sealed class Reading : IJournalStorageConsumer
{
    private readonly ArrayBufferWriter<byte> _bytes = new();

    public List<IJournalMetadata?> Metadata { get; } = [];

    public List<bool> Completed { get; } = [];

    public string Text => Encoding.UTF8.GetString(_bytes.WrittenSpan);

    public static async Task<Reading> OfAsync(IJournalStorage journal)
    {
        var reading = new Reading();
        await journal.ReadAsync(reading, TestContext.Current.CancellationToken);
        return reading;
    }

    public void Read(JournalBufferReader buffer, IJournalMetadata? metadata)
    {
        var chunk = new byte[buffer.Length];
        buffer.Read(chunk);
        _bytes.Write(chunk);
        Metadata.Add(metadata);
        Completed.Add(buffer.IsCompleted);
    }

    /// <summary>Text as Orleans hands it over: in pieces.</summary>
    public static ReadOnlySequence<byte> Bytes(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var first = new Piece(bytes.AsMemory(0, bytes.Length / 2), null);
        var last = new Piece(bytes.AsMemory(bytes.Length / 2), first);
        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> memory, Piece? before)
        {
            Memory = memory;
            if (before is null)
                return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
