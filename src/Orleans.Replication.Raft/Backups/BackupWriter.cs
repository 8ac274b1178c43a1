using System.Buffers.Binary;
using System.IO.Hashing;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Orleans.Replication.Raft.Backups;

/// <summary>Writes a <see cref="BackupFormat">backup</see>: header, files, trailer, in this order.</summary>
internal sealed class BackupWriter(Stream destination) : IDisposable
{
    private const int BufferBytes = 256 << 10;

    private readonly IncrementalHash _whole = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = new byte[BufferBytes];
    private uint _files;
    private long _bytes;

    public async Task WriteAsync(RaftBackupInfo info, string checkpoint, CancellationToken cancellationToken)
    {
        await WriteHeaderAsync(info, cancellationToken).ConfigureAwait(false);
        foreach (var file in new DirectoryInfo(checkpoint).GetFiles().Where(file => BackupFormat.IsPart(file.Name)).OrderBy(file => file.Name, StringComparer.Ordinal))
            await WriteFileAsync(file, cancellationToken).ConfigureAwait(false);
        await WriteTrailerAsync(cancellationToken).ConfigureAwait(false);
        await destination.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    public void Dispose() => _whole.Dispose();

    private async Task WriteHeaderAsync(RaftBackupInfo info, CancellationToken cancellationToken)
    {
        var json = JsonSerializer.SerializeToUtf8Bytes(info, BackupHeaderJson.Default.RaftBackupInfo);
        var header = new byte[BackupFormat.Magic.Length + (2 * sizeof(uint)) + json.Length];
        BackupFormat.Magic.CopyTo(header);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), BackupFormat.Version);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), (uint)json.Length);
        json.CopyTo(header.AsSpan(16));
        await WriteHashedAsync(header, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteFileAsync(FileInfo source, CancellationToken cancellationToken)
    {
        var file = source.OpenRead();
        await using var closing = file.ConfigureAwait(false);
        var length = file.Length;
        var name = Encoding.ASCII.GetBytes(source.Name);
        var announcement = new byte[2 + name.Length + sizeof(long)];
        announcement[0] = BackupFormat.FileMark;
        announcement[1] = (byte)name.Length;
        name.CopyTo(announcement.AsSpan(2));
        BinaryPrimitives.WriteInt64LittleEndian(announcement.AsSpan(2 + name.Length), length);
        await WriteHashedAsync(announcement, cancellationToken).ConfigureAwait(false);

        var hash = new XxHash3();
        for (var left = length; left > 0;)
        {
            var count = await file.ReadAtLeastAsync(_buffer.AsMemory(0, (int)Math.Min(left, BufferBytes)), 1, throwOnEndOfStream: true, cancellationToken).ConfigureAwait(false);
            hash.Append(_buffer.AsSpan(0, count));
            await WriteAsync(_buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            left -= count;
        }

        await WriteAsync(Encode(hash.GetCurrentHashAsUInt64()), cancellationToken).ConfigureAwait(false);
        _files++;
        _bytes += length;
    }

    private async Task WriteTrailerAsync(CancellationToken cancellationToken)
    {
        var trailer = new byte[BackupFormat.TrailerBytes];
        trailer[0] = BackupFormat.EndMark;
        BinaryPrimitives.WriteUInt32LittleEndian(trailer.AsSpan(1), _files);
        BinaryPrimitives.WriteInt64LittleEndian(trailer.AsSpan(5), _bytes);
        await WriteAsync(trailer, cancellationToken).ConfigureAwait(false);
        await destination.WriteAsync(_whole.GetHashAndReset(), cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteHashedAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        await WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
        await WriteAsync(Encode(XxHash3.HashToUInt64(bytes)), cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _whole.AppendData(bytes.Span);
        await destination.WriteAsync(bytes, cancellationToken).ConfigureAwait(false);
    }

    private static byte[] Encode(ulong hash)
    {
        var bytes = new byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, hash);
        return bytes;
    }
}
