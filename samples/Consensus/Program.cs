using Consensus;
using Orleans.Replication.Raft;

const int Updates = 1_000;

using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(2));
var folder = Directory.CreateTempSubdirectory("consensus-sample-");
Peer[] peers = [new(), new(), new()];
try
{
    await Task.WhenAll(peers.Select((peer, i) => peer.ListenAsync([.. peers.Select(p => p.Id)], Path.Combine(folder.FullName, $"peer{i}"), limit.Token)));
    await Task.WhenAll(peers.Select(peer => peer.JoinAsync(peers, limit.Token)));

    // All three submit at the same time, whichever leads: the log is what puts their updates in order.
    await Task.WhenAll(peers.Select((peer, i) => SubmitAsync(peer, first: i + 1)));

    var heads = await Task.WhenAll(peers.Select(async peer => (peer.Id, Head: await peer.Ledger.GetLogHeadAsync(limit.Token))));
    foreach (var (id, head) in heads)
        Console.WriteLine($"{id}: revision {head.Revision}, {head.State.Updates} updates, sum {head.State.Sum}, digest {head.State.Digest:x16}");

    var (expectedSum, states) = (Updates * (Updates + 1L) / 2, heads.Select(head => head.Head.State).Distinct().ToArray());
    var equal = states is [{ Updates: Updates } state] && state.Sum == expectedSum;
    Console.WriteLine(equal ? $"{peers.Length} equal states after {Updates} updates." : $"The states differ, or are not those of {Updates} updates with the sum {expectedSum}.");
    return equal ? 0 : 1;
}
catch (Exception error) when (error is RaftException or OperationCanceledException)
{
    Console.Error.WriteLine($"The peers did not agree: {error.Message}");
    return 1;
}
finally
{
    foreach (var peer in peers)
        await peer.DisposeAsync();
    folder.Delete(recursive: true);
}

// Every third number, so that the peers submit all of them together.
async Task SubmitAsync(Peer peer, int first)
{
    for (var amount = first; amount <= Updates; amount += peers.Length)
        await peer.Ledger.CommitOpAsync(new Enter(amount), limit.Token);
}
