using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Orleans;
using Orleans.Replication;
using Orleans.Replication.Raft;

namespace UpgradeSilo;

/// <summary>Answers the lines that the test writes to the standard input: <c>number verb key sequence</c>, many at a time.</summary>
internal sealed class Questions(IServiceProvider services)
{
    private readonly IGrainFactory _grains = services.GetRequiredService<IGrainFactory>();
    private readonly RaftGroup _group = services.GetRequiredService<IReplicationHost>().GetGroup(ReplicationGroups.Default);

    /// <summary>Answers one line. Does not throw.</summary>
    public async Task AnswerAsync(string line)
    {
        var words = line.Split(' ');
        try
        {
            Console.WriteLine($"{words[0]} {await DecideAsync(words[1], words.ElementAtOrDefault(2) ?? "", words.ElementAtOrDefault(3) ?? "0")}");
        }
        catch (Exception error)
        {
            Console.WriteLine($"{words[0]} !{error.GetType().Name} {error.Message.ReplaceLineEndings(" ")}");
        }
    }

    private async Task<string> DecideAsync(string verb, string key, string sequence) => verb switch
    {
        "add" => Text(await _grains.GetGrain<ICounterGrain>(key).Add(int.Parse(sequence, CultureInfo.InvariantCulture))),
        "read" => Describe(await _grains.GetGrain<ICounterGrain>(key).Read()),
        "status" => Describe(_group.GetStatus()),
        "dump" => await DumpAsync(),
#if VERSION_2
        "reset" => Text(await _grains.GetGrain<ICounterGrain>(key).Reset()),
#endif
        _ => throw new NotSupportedException(verb),
    };

    private string Describe(RaftGroupStatus status) =>
        $"{Text(services.GetRequiredService<IReplicationGroup>().OperationsVersion)} {status.Fault ?? status.Quarantine ?? status.Divergence ?? "healthy"}";

    private static string Describe(Counter counter) =>
        $"{Text(counter.Total)} {string.Join(',', counter.Steps.Select(step => $"{Text(step.Sequence)}:{Text(step.Index)}:{Text(step.Added)}"))}";

    /// <summary>A hash of all that this replica has in its states, versions included.</summary>
    private async Task<string> DumpAsync()
    {
        await _group.ReadBarrierAsync();
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var states = _group.OpenSnapshot("states");
        var count = 0;
        foreach (var (key, record) in states.Scan(default))
        {
            all.AppendData(key.Span);
            all.AppendData(BitConverter.GetBytes(record.Version));
            all.AppendData(record.Value.Span);
            count++;
        }

        return $"{Text(count)} {Convert.ToHexString(all.GetHashAndReset())}";
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
