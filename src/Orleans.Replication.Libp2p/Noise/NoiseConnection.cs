using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Orleans.Replication.Libp2p.Security;
using Orleans.Replication.Libp2p.Transport;

namespace Orleans.Replication.Libp2p.Noise;

/// <summary>
/// A connection secured by Noise. What is written is gathered as plaintext; a flush encrypts all of it into frames as large as they may be and sends
/// them at once. What arrives is decrypted straight out of the receive buffer. Neither direction allocates per frame.
/// </summary>
internal sealed class NoiseConnection : SecureConnection
{
    private const int PlaintextBufferBytes = 64 * 1024;

    private readonly NoiseCipherState _send;
    private readonly NoiseCipherState _receive;

    internal NoiseConnection(
        IDuplexPipe raw, NoiseCipherState send, NoiseCipherState receive, PublicKey remotePublicKey, ProtocolId? earlyMuxer = null)
        : base(remotePublicKey, earlyMuxer)
    {
        _send = send;
        _receive = receive;
        Input = new Reader(raw.Input, receive);
        Output = new Writer(raw.Output, send);
    }

    public override PipeReader Input { get; }

    public override PipeWriter Output { get; }

    public override void Dispose()
    {
        Input.Complete();
        Output.Complete();
        _send.Dispose();
        _receive.Dispose();
    }

    private sealed class Reader(PipeReader raw, NoiseCipherState cipher) : ContiguousPipeReader(PlaintextBufferBytes)
    {
        /// <summary>Decrypts every frame that is already here. A frame without plaintext is legal and adds nothing.</summary>
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
        protected override async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
        {
            while (true)
            {
                var result = await raw.ReadAsync(cancellationToken).ConfigureAwait(false);
                if (result.IsCanceled)
                    throw new OperationCanceledException("The read below was cancelled.");

                var buffer = result.Buffer;
                var count = 0;
                while (NoiseFrame.TryRead(ref buffer, out var message))
                    count += Decrypt(message);

                var truncated = result.IsCompleted && !buffer.IsEmpty;
                raw.AdvanceTo(buffer.Start, buffer.End);
                if (count > 0)
                    return true;
                if (truncated)
                    throw new EndOfStreamException("The connection ended within a Noise frame.");
                if (result.IsCompleted)
                    return false;
            }
        }

        private int Decrypt(in ReadOnlySequence<byte> message)
        {
            if (message.Length < NoiseCipherState.TagBytes)
                throw new HandshakeFailedException("A Noise frame is shorter than its authentication tag.");

            var count = (int)message.Length - NoiseCipherState.TagBytes;
            var destination = GetFree((int)message.Length).Span;
            if (message.IsSingleSegment)
                cipher.Decrypt([], message.FirstSpan, destination);
            else
                DecryptScattered(message, destination);
            Commit(count);
            return count;
        }

        /// <summary>Only for a raw connection that cuts frames into pieces, which sockets here do not.</summary>
        private void DecryptScattered(in ReadOnlySequence<byte> message, Span<byte> destination)
        {
            var scratch = ArrayPool<byte>.Shared.Rent((int)message.Length);
            message.CopyTo(scratch);
            try
            {
                cipher.Decrypt([], scratch.AsSpan(0, (int)message.Length), destination);
            }
            finally
            {
                ArrayPool<byte>.Shared.Return(scratch);
            }
        }
    }

    private sealed class Writer(PipeWriter raw, NoiseCipherState cipher) : ContiguousPipeWriter(PlaintextBufferBytes)
    {
        [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
        protected override async ValueTask SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            Encrypt(bytes.Span);
            await raw.FlushAsync(cancellationToken).ConfigureAwait(false);
        }

        private void Encrypt(ReadOnlySpan<byte> plaintext)
        {
            var length = NoiseFrame.EncodedLength(plaintext.Length);
            var destination = raw.GetSpan(length);
            while (!plaintext.IsEmpty)
            {
                var part = plaintext[..Math.Min(plaintext.Length, NoiseFrame.MaxPlaintextBytes)];
                var messageLength = part.Length + NoiseCipherState.TagBytes;
                BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)messageLength);
                cipher.Encrypt([], part, destination[NoiseFrame.HeaderBytes..]);
                destination = destination[(NoiseFrame.HeaderBytes + messageLength)..];
                plaintext = plaintext[part.Length..];
            }

            raw.Advance(length);
        }
    }
}
