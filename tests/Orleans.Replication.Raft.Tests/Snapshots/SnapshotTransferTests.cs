using System.IO.Hashing;
using Google.Protobuf;
using Orleans.Replication.Raft.Snapshots;
using Orleans.Replication.Raft.Wire;

namespace Orleans.Replication.Raft.Tests.Snapshots;

/// <summary>A snapshot on its way from one member to another (SAFETY 11, S7): the sending end and the receiving one, and what is between them.</summary>
public sealed class SnapshotTransferTests : IDisposable
{
    private const int PartBytes = 256 << 10;

    private readonly SnapshotSource _source = new();
    private readonly SnapshotStore _target;
    private SnapshotReceiver _receiver;

    public SnapshotTransferTests()
    {
        _target = new SnapshotStore(_source.TargetFolder, "default");
        _receiver = new SnapshotReceiver(_target);
    }

    public void Dispose()
    {
        _receiver.Dispose();
        _target.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _source.Dispose();
    }

    [Fact]
    public async Task After_a_cut_only_what_is_missing_is_sent()
    {
        var snapshot = _source.Grow(3 << 20);
        var cut = Sender(snapshot, CutAfter(parts: 7));
        await Assert.ThrowsAsync<PeerUnavailableException>(() => cut.SendAsync(CancellationToken.None));
        Reconnect();
        var rest = Sender(snapshot, request => request);
        Assert.Equal(2u, (await rest.SendAsync(CancellationToken.None)).Result);
        Assert.Equal(7 * PartBytes, cut.SentBytes);
        Assert.Equal(SnapshotSource.BytesOf(snapshot), cut.SentBytes + rest.SentBytes);
        AssertArrived(snapshot);
    }

    [Fact]
    public async Task A_part_that_was_damaged_on_its_way_is_dropped_counted_and_sent_again()
    {
        var snapshot = _source.Grow(2 << 20);
        var sender = Sender(snapshot, FlipBit(part: 3, hide: false));
        Assert.Equal(2u, (await sender.SendAsync(CancellationToken.None)).Result);
        Assert.Equal(1, _target.RefusedParts);
        Assert.Equal(SnapshotSource.BytesOf(snapshot) + PartBytes, sender.SentBytes);
        AssertArrived(snapshot);
    }

    /// <summary>The part's own checksum fits: the file's does not.</summary>
    [Fact]
    public async Task A_file_that_is_not_the_announced_one_is_dropped_and_sent_again()
    {
        var snapshot = _source.Grow(2 << 20);
        var sender = Sender(snapshot, FlipBit(part: 3, hide: true));
        Assert.Equal(2u, (await sender.SendAsync(CancellationToken.None)).Result);
        Assert.Equal(1, _target.RefusedParts);
        AssertArrived(snapshot);
    }

    [Fact]
    public async Task An_announcement_that_was_damaged_on_its_way_is_refused()
    {
        var snapshot = _source.Grow(1 << 10);
        var sender = Sender(snapshot, request =>
        {
            if (request.SnapshotBegin is { } begin)
                begin.Index++;
            return request;
        });
        await Assert.ThrowsAsync<ProtocolViolationException>(() => sender.SendAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_newer_snapshot_takes_over_the_files_that_have_come_of_the_older_one()
    {
        var older = _source.Grow(2 << 20);
        await Assert.ThrowsAsync<PeerUnavailableException>(() => Sender(older, CutAfter(parts: 10)).SendAsync(CancellationToken.None));
        var newer = _source.Grow(1 << 20);
        Reconnect();
        var sender = Sender(newer, request => request);
        Assert.Equal(2u, (await sender.SendAsync(CancellationToken.None)).Result);
        Assert.InRange(sender.SentBytes, 1 << 20, (1 << 20) + PartBytes);
        AssertArrived(newer);
    }

    [Fact]
    public async Task What_has_come_of_another_state_is_not_used()
    {
        using var another = new SnapshotSource();
        another.Grow(64);
        var foreign = another.Grow(2 << 20);
        await Assert.ThrowsAsync<PeerUnavailableException>(() => Sender(foreign, CutAfter(parts: 5)).SendAsync(CancellationToken.None));
        var snapshot = _source.Grow(1 << 20);
        Reconnect();
        Assert.Equal(2u, (await Sender(snapshot, request => request).SendAsync(CancellationToken.None)).Result);
        AssertArrived(snapshot);
    }

    [Fact]
    public async Task A_connection_whose_transfer_was_taken_over_is_refused()
    {
        var snapshot = _source.Grow(1 << 20);
        var late = _receiver;
        await Assert.ThrowsAsync<PeerUnavailableException>(() => Sender(snapshot, CutAfter(parts: 2)).SendAsync(CancellationToken.None));
        _receiver = new SnapshotReceiver(_target);
        await Assert.ThrowsAsync<PeerUnavailableException>(() => Sender(snapshot, CutAfter(parts: 0)).SendAsync(CancellationToken.None));
        await Assert.ThrowsAsync<ProtocolViolationException>(() => late.WriteAsync(new SnapshotChunk(), CancellationToken.None).AsTask());
        await Assert.ThrowsAsync<ProtocolViolationException>(() => late.EndAsync(CancellationToken.None).AsTask());
    }

    [Fact]
    public async Task An_incomplete_snapshot_gets_no_name()
    {
        var snapshot = _source.Grow(1 << 20);
        await Assert.ThrowsAsync<PeerUnavailableException>(() => Sender(snapshot, CutAfter(parts: 2)).SendAsync(CancellationToken.None));
        await Assert.ThrowsAsync<ProtocolViolationException>(() => _receiver.EndAsync(CancellationToken.None).AsTask());
        Assert.All(Directory.GetDirectories(_source.TargetFolder), folder => Assert.StartsWith("unfinished-", Path.GetFileName(folder), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_snapshot_that_is_damaged_where_it_is_sent_from_is_not_sent_and_another_one_is_asked_for()
    {
        var snapshot = _source.Grow(1 << 20);
        var asked = 0;
        _source.Snapshots.Damaged += () => asked++;
        var leased = _source.Snapshots.Lease(snapshot.Index)!;
        var file = Path.Combine(snapshot.Folder, snapshot.Parts.MaxBy(part => part.Length).Name);
        var bytes = await File.ReadAllBytesAsync(file);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(file, bytes);
        var damaged = await Assert.ThrowsAsync<RaftStorageException>(() => Sender(leased, request => request).SendAsync(CancellationToken.None));
        Assert.Contains(Path.GetFileName(file), damaged.Message, StringComparison.Ordinal);
        _source.Snapshots.Return(leased);
        Assert.Equal(1, asked);
        Assert.Null(_source.Snapshots.Lease(snapshot.Index));
        Assert.NotNull(_source.Snapshots.Lease(_source.Grow(10).Index));
    }

    [Fact]
    public void What_a_manifest_says_is_checked()
    {
        var snapshot = _source.Grow(1 << 10);
        Assert.Equal(snapshot.Index, SnapshotManifest.Read(snapshot.Folder, "default")!.Index);
        var path = Path.Combine(snapshot.Folder, SnapshotManifest.FileName);
        var text = File.ReadAllText(path);
        File.WriteAllText(path, text.Replace("\"Index\":1,", "\"Index\":2,", StringComparison.Ordinal));
        Assert.Contains("checksum", Assert.Throws<RaftStorageException>(() => SnapshotManifest.Read(snapshot.Folder, "default")).Message, StringComparison.Ordinal);
        File.WriteAllText(path, text);
        File.Delete(Path.Combine(snapshot.Folder, "CURRENT"));
        Assert.Contains("CURRENT", Assert.Throws<RaftStorageException>(() => SnapshotManifest.Read(snapshot.Folder, "default")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_snapshot_of_the_format_that_named_no_files_is_read_and_described()
    {
        var snapshot = _source.Grow(1 << 10);
        var path = Path.Combine(snapshot.Folder, SnapshotManifest.FileName);
        File.WriteAllText(path, "{\"Version\":1,\"Group\":\"default\",\"Index\":1,\"Term\":1}");
        var manifest = SnapshotManifest.Read(snapshot.Folder, "default")!;
        Assert.Equal(snapshot.Parts, new CheckpointSnapshot(snapshot.Folder, manifest.Index, manifest.Term, manifest.Files).Parts);
    }

    [Fact]
    public async Task Old_snapshots_are_kept_as_many_as_wanted()
    {
        var folder = Path.Combine(_source.TargetFolder, "kept");
        await using var kept = new SnapshotStore(folder, "default", kept: 2);
        foreach (var index in new[] { 10, 20, 30, 40 })
            Directory.CreateDirectory(Path.Combine(folder, index.ToString("D20", System.Globalization.CultureInfo.InvariantCulture)));
        kept.Reclaim(40);
        Assert.Equal(["30", "40"], Directory.GetDirectories(folder).Select(path => Path.GetFileName(path).TrimStart('0')).Order(StringComparer.Ordinal));
    }

    private void Reconnect()
    {
        _receiver.Dispose();
        _receiver = new SnapshotReceiver(_target);
    }

    private SnapshotSender Sender(CheckpointSnapshot snapshot, Func<RaftRequest, RaftRequest> way)
    {
        var receiver = _receiver;
        return new SnapshotSender(snapshot, term: 1, bytesPerSecond: 0, CallAsync, TimeProvider.System);

        async Task<RaftResponse> CallAsync(RaftRequest request, CancellationToken token)
        {
            var sent = way(RaftRequest.Parser.ParseFrom(request.ToByteArray()));
            switch (sent.KindCase)
            {
                case RaftRequest.KindOneofCase.SnapshotBegin:
                    return new RaftResponse { Result = 1, Wanted = await receiver.BeginAsync(sent.SnapshotBegin, token) };
                case RaftRequest.KindOneofCase.SnapshotChunk:
                    return new RaftResponse { Result = 1, Wanted = await receiver.WriteAsync(sent.SnapshotChunk, token) };
                default:
                    _target.Use(await receiver.EndAsync(token));
                    return new RaftResponse { Result = 2 };
            }
        }
    }

    private static Func<RaftRequest, RaftRequest> CutAfter(int parts)
    {
        var passed = 0;
        return request => request.SnapshotChunk is null || passed++ < parts ? request : throw new PeerUnavailableException("A test's cut.");
    }

    /// <param name="part">Which part it is.</param>
    /// <param name="hide">True when the part's checksum is made to fit.</param>
    private static Func<RaftRequest, RaftRequest> FlipBit(int part, bool hide)
    {
        var passed = 0;
        return request =>
        {
            if (request.SnapshotChunk is not { } chunk || ++passed != part)
                return request;
            var bytes = chunk.Content.ToByteArray();
            bytes[^1] ^= 0x40;
            chunk.Content = ByteString.CopyFrom(bytes);
            if (hide)
                chunk.Checksum = XxHash64.HashToUInt64(bytes);
            return request;
        };
    }

    private void AssertArrived(CheckpointSnapshot sent)
    {
        var arrived = _target.Current!;
        Assert.Equal((sent.Index, sent.Term), (arrived.Index, arrived.Term));
        Assert.Equal(sent.Parts, arrived.Parts);
        arrived.Verify();
        Assert.Equal(sent.Index, SnapshotManifest.Read(arrived.Folder, "default")!.Index);
    }
}
