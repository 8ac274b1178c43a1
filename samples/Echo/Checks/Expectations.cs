using System.Buffers;
using System.IO.Pipelines;

namespace Echo.Checks;

/// <summary>Reads what a peer should send, and says exactly where it differs.</summary>
internal static class Expectations
{
    /// <summary>Reads to the end.</summary>
    /// <exception cref="CheckFailedException">It was not exactly what was expected.</exception>
    internal static async Task ExpectAsync(this PipeReader input, ReadOnlyMemory<byte> expected, CancellationToken cancellationToken)
    {
        for (var at = 0; ;)
        {
            var result = await input.ReadAsync(cancellationToken);
            foreach (var segment in result.Buffer)
            {
                Compare(segment.Span, expected.Span[at..], at);
                at += segment.Length;
            }

            input.AdvanceTo(result.Buffer.End);
            if (!result.IsCompleted)
                continue;
            if (at < expected.Length)
                throw new CheckFailedException($"The peer ended the stream after {at} of {expected.Length} bytes.");
            return;
        }
    }

    private static void Compare(ReadOnlySpan<byte> received, ReadOnlySpan<byte> expected, int at)
    {
        if (received.Length > expected.Length)
            throw new CheckFailedException($"The peer sent more than the {at + expected.Length} bytes that were expected.");
        var same = received.CommonPrefixLength(expected);
        if (same < received.Length)
            throw new CheckFailedException($"Byte {at + same} is {received[same]}, not {expected[same]}.");
    }
}
