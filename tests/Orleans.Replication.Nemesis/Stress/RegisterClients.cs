using System.Globalization;
using Orleans.Replication.Nemesis.Linearizability;
using Orleans.Replication.Raft;
using Orleans.Replication.Raft.Tests.Cluster;

namespace Orleans.Replication.Nemesis.Stress;

/// <summary>Clients that read and write a few registers through the members of a group, and keep the history of it.</summary>
internal sealed class RegisterClients(TestCluster cluster, History history, int seed)
{
    private const int ClientsPerMember = 3;
    private const int Keys = 3;
    private int _era;
    private int _values;

    /// <summary>From here on other registers: a long history of one is dear to check, and says no more than two short ones.</summary>
    public void BeginEra() => Interlocked.Increment(ref _era);

    /// <summary>Runs until it is told to stop.</summary>
    public Task RunAsync(CancellationToken stop) => Task.WhenAll(
        from member in cluster.Members
        from number in Enumerable.Range(0, ClientsPerMember)
        select Task.Run(() => RunAsync(member, $"{member.Id}/{number}", new Random(HashCode.Combine(seed, member.Id.Length, number)), stop), CancellationToken.None));

    /// <summary>Reads every register once through every member.</summary>
    public async Task ReadAllAsync()
    {
        foreach (var key in history.Keys.ToList())
        {
            foreach (var member in cluster.Members)
                Assert.True(await ReadAsync(member.Group, member.Id, key) || await ReadAsync(member.Group, member.Id, key), $"{member.Id} does not answer.");
        }
    }

    private async Task RunAsync(TestMember member, string client, Random random, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"era-{Volatile.Read(ref _era)}-key-{random.Next(Keys)}");
            var value = Interlocked.Increment(ref _values).ToString(CultureInfo.InvariantCulture);
            if (member.RunningGroup is not { } group || !await CallAsync(group, client, key, Choose(random, value)))
                await Task.Delay(TimeSpan.FromMilliseconds(5), CancellationToken.None);
        }
    }

    private static RegisterCall Choose(Random random, string value) => random.Next(10) switch
    {
        < 5 => RegisterCall.Read,
        < 8 => RegisterCall.Write(value),
        8 => RegisterCall.Create(value),
        _ => RegisterCall.Delete,
    };

    private Task<bool> CallAsync(RaftGroup group, string client, string key, RegisterCall call) =>
        call.Kind == RegisterCallKind.Read ? ReadAsync(group, client, key) : WriteAsync(group, client, key, call);

    /// <returns>False when there was no answer. A read without one says nothing, and leaves no trace.</returns>
    private async Task<bool> ReadAsync(RaftGroup group, string client, string key)
    {
        var began = history.Begin();
        try
        {
            await group.ReadBarrierAsync();
            var value = group.GetReader("kv").TryGet(System.Text.Encoding.UTF8.GetBytes(key), out var record)
                ? System.Text.Encoding.UTF8.GetString(record.Value.Span)
                : null;
            history.End(client, key, RegisterCall.Read, began, value);
            return true;
        }
        catch (Exception e) when (e is GroupUnavailableException or ObjectDisposedException)
        {
            return false;
        }
    }

    /// <returns>False when there was no answer. One that says that nothing was written is held to it: the value must never be seen.</returns>
    private async Task<bool> WriteAsync(RaftGroup group, string client, string key, RegisterCall call)
    {
        var command = call.Kind switch
        {
            RegisterCallKind.Delete => KeyValueTable.Delete(key),
            RegisterCallKind.Create => KeyValueTable.Put(key, call.Value!, expected: 0),
            _ => KeyValueTable.Put(key, call.Value!),
        };
        var began = history.Begin();
        try
        {
            var result = await group.ProposeAsync(command);
            history.End(client, key, call, began, result.Status == CommandStatus.Ok ? RegisterModel.Done : RegisterModel.Exists);
            return true;
        }
        catch (GroupUnavailableException)
        {
            return false;
        }
        catch (OutcomeUnknownException)
        {
            history.Lose(client, key, call, began);
            return false;
        }
    }
}
