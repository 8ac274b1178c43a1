using System.IO.Pipelines;

namespace Orleans.Replication.Libp2p.Multistream;

/// <summary>
/// multistream-select 1.0: the two sides of a connection or stream agree on what is spoken next. Reads exactly the negotiation and leaves every
/// byte behind it in the pipe.
/// </summary>
internal static class MultistreamSelect
{
    /// <summary>An initiator that proposes more than this is not looking for a protocol.</summary>
    private const int MaxProposals = 64;

    /// <summary>Proposes protocols in order until one is taken.</summary>
    /// <exception cref="UnsupportedProtocolException">None was taken.</exception>
    /// <exception cref="NegotiationFailedException">The other side broke the rules or left.</exception>
    internal static async ValueTask<ProtocolId> ProposeAsync(
        IDuplexPipe pipe, IReadOnlyList<ProtocolId> candidates, CancellationToken cancellationToken)
    {
        MultistreamLine.Header.WriteTo(pipe.Output);
        var headerPending = true;
        foreach (var candidate in candidates)
        {
            MultistreamLine.Of(candidate).WriteTo(pipe.Output);
            await FlushAsync(pipe.Output, cancellationToken).ConfigureAwait(false);
            if (headerPending)
                await ReadHeaderAsync(pipe.Input, cancellationToken).ConfigureAwait(false);

            headerPending = false;
            if (await ReadVerdictAsync(pipe.Input, candidate, cancellationToken).ConfigureAwait(false))
                return candidate;
        }

        throw new UnsupportedProtocolException(candidates);
    }

    /// <summary>
    /// Proposes one protocol without waiting for the answer: what is written next travels with it or right behind it. The answer must be read with
    /// <see cref="ReadOptimisticAnswerAsync"/>, also by those who only write.
    /// </summary>
    internal static ValueTask ProposeOptimisticallyAsync(PipeWriter output, ProtocolId candidate, CancellationToken cancellationToken)
    {
        MultistreamLine.Header.WriteTo(output);
        MultistreamLine.Of(candidate).WriteTo(output);
        return FlushAsync(output, cancellationToken);
    }

    /// <summary>Reads the answer to <see cref="ProposeOptimisticallyAsync"/>.</summary>
    /// <exception cref="UnsupportedProtocolException">The protocol was not taken.</exception>
    /// <exception cref="NegotiationFailedException">The other side broke the rules or left.</exception>
    internal static async ValueTask ReadOptimisticAnswerAsync(PipeReader input, ProtocolId candidate, CancellationToken cancellationToken)
    {
        await ReadHeaderAsync(input, cancellationToken).ConfigureAwait(false);
        if (!await ReadVerdictAsync(input, candidate, cancellationToken).ConfigureAwait(false))
            throw new UnsupportedProtocolException([candidate]);
    }

    /// <summary>Answers proposals until one is served; nothing more of the pipe is read then.</summary>
    /// <exception cref="NegotiationFailedException">The other side broke the rules, gave up, or proposed too often.</exception>
    internal static async ValueTask<ProtocolId> AnswerAsync(IDuplexPipe pipe, Func<ProtocolId, bool> isServed, CancellationToken cancellationToken)
    {
        await ReadHeaderAsync(pipe.Input, cancellationToken).ConfigureAwait(false);
        MultistreamLine.Header.WriteTo(pipe.Output);
        for (var proposals = 0; proposals < MaxProposals; proposals++)
        {
            // The header waits for the answer to a proposal that is already here, and not for one that the initiator may hold back until it saw ours.
            if (!TryReadLine(pipe.Input, out var line))
            {
                await FlushAsync(pipe.Output, cancellationToken).ConfigureAwait(false);
                line = await ReadLineAsync(pipe.Input, cancellationToken).ConfigureAwait(false);
            }

            var served = line.Kind == MultistreamLineKind.Protocol && isServed(line.Protocol);
            (served ? line : MultistreamLine.NotAvailable).WriteTo(pipe.Output);
            if (served)
            {
                await FlushAsync(pipe.Output, cancellationToken).ConfigureAwait(false);
                return line.Protocol;
            }
        }

        await FlushAsync(pipe.Output, cancellationToken).ConfigureAwait(false);
        throw new NegotiationFailedException($"The other side proposed {MaxProposals} protocols and none that is served.");
    }

    private static async ValueTask ReadHeaderAsync(PipeReader input, CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(input, cancellationToken).ConfigureAwait(false);
        if (line.Kind != MultistreamLineKind.Header)
            throw new NegotiationFailedException($"The other side does not speak multistream-select 1.0: it began with '{line}'.");
    }

    private static async ValueTask<bool> ReadVerdictAsync(PipeReader input, ProtocolId candidate, CancellationToken cancellationToken)
    {
        var line = await ReadLineAsync(input, cancellationToken).ConfigureAwait(false);
        if (line.Kind == MultistreamLineKind.NotAvailable)
            return false;
        return line == MultistreamLine.Of(candidate)
            ? true
            : throw new NegotiationFailedException($"The other side answered the proposal '{candidate}' with '{line}'.");
    }

    private static async ValueTask<MultistreamLine> ReadLineAsync(PipeReader input, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken).ConfigureAwait(false);
            if (TryTakeLine(input, result, out var line))
                return line;
            if (result.IsCompleted)
                throw new NegotiationFailedException("The other side left before a protocol was agreed on.");
            if (result.IsCanceled)
                throw new OperationCanceledException("The negotiation was cancelled.");
        }
    }

    private static bool TryReadLine(PipeReader input, out MultistreamLine line)
    {
        line = default;
        return input.TryRead(out var result) && TryTakeLine(input, result, out line);
    }

    private static bool TryTakeLine(PipeReader input, in ReadResult result, out MultistreamLine line)
    {
        var buffer = result.Buffer;
        var complete = false;
        try
        {
            complete = MultistreamLine.TryRead(ref buffer, out line);
        }
        finally
        {
            // A complete line is consumed to the byte. What follows is somebody else's and must count as not yet seen.
            input.AdvanceTo(buffer.Start, complete ? buffer.Start : buffer.End);
        }

        return complete;
    }

    private static async ValueTask FlushAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        var result = await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (result.IsCompleted)
            throw new NegotiationFailedException("The other side left before a protocol was agreed on.");
    }
}
