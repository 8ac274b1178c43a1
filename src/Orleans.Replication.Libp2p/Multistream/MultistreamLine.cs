using System.Buffers;
using System.Text;
using Orleans.Replication.Libp2p.Addresses;

namespace Orleans.Replication.Libp2p.Multistream;

/// <summary>A line of multistream-select 1.0: a varint length, the text, a newline that the length counts.</summary>
/// <param name="Kind">What it says.</param>
/// <param name="Protocol">The protocol, where it names one.</param>
internal readonly record struct MultistreamLine(MultistreamLineKind Kind, ProtocolId Protocol)
{
    /// <summary>go and js refuse longer lines, newline included.</summary>
    internal const int MaxLineBytes = 1_024;

    private const int MaxPrefixBytes = 2;

    internal static readonly MultistreamLine Header = new(MultistreamLineKind.Header, default);
    internal static readonly MultistreamLine NotAvailable = new(MultistreamLineKind.NotAvailable, default);
    internal static readonly MultistreamLine List = new(MultistreamLineKind.List, default);

    internal static MultistreamLine Of(ProtocolId protocol) => new(MultistreamLineKind.Protocol, protocol);

    /// <summary>Cuts one line off the front of <paramref name="buffer"/>; false when it is not complete yet.</summary>
    /// <exception cref="NegotiationFailedException">The bytes are no line.</exception>
    internal static bool TryRead(ref ReadOnlySequence<byte> buffer, out MultistreamLine line)
    {
        line = default;
        var window = buffer.Slice(0, Math.Min(buffer.Length, MaxPrefixBytes + MaxLineBytes));
        Span<byte> scratch = stackalloc byte[MaxPrefixBytes + MaxLineBytes];
        window.CopyTo(scratch);
        var bytes = scratch[..(int)window.Length];

        var status = Varint.TryRead(bytes, out var length, out var prefix);
        var tooLong = status == OperationStatus.Done ? length is 0 or > MaxLineBytes : bytes.Length >= MaxPrefixBytes;
        if (tooLong || status == OperationStatus.InvalidData)
            throw new NegotiationFailedException($"A multistream-select line must have 1 to {MaxLineBytes} bytes.");
        if (status == OperationStatus.NeedMoreData || bytes.Length < prefix + (int)length)
            return false;

        line = Interpret(bytes.Slice(prefix, (int)length));
        buffer = buffer.Slice(prefix + (int)length);
        return true;
    }

    /// <summary>Appends the line without flushing it.</summary>
    internal void WriteTo(IBufferWriter<byte> writer)
    {
        var text = Text;
        var length = Encoding.UTF8.GetByteCount(text) + 1;
        var span = writer.GetSpan(MaxPrefixBytes + length);
        var count = Varint.Write(span, (ulong)length);
        count += Encoding.UTF8.GetBytes(text, span[count..]);
        span[count++] = (byte)'\n';
        writer.Advance(count);
    }

    public override string ToString() => Text;

    private string Text => Kind switch
    {
        MultistreamLineKind.Header => "/multistream/1.0.0",
        MultistreamLineKind.NotAvailable => "na",
        MultistreamLineKind.List => "ls",
        _ => Protocol.Value,
    };

    private static MultistreamLine Interpret(ReadOnlySpan<byte> line)
    {
        if (line[^1] != (byte)'\n')
            throw new NegotiationFailedException("A multistream-select line must end with a newline.");

        var text = line[..^1];
        if (text.SequenceEqual("/multistream/1.0.0"u8))
            return Header;
        if (text.SequenceEqual("na"u8))
            return NotAvailable;
        if (text.SequenceEqual("ls"u8))
            return List;
        return ProtocolId.TryParseUtf8(text, out var protocol)
            ? Of(protocol)
            : throw new NegotiationFailedException("A multistream-select line holds no protocol id.");
    }
}
