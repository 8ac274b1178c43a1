using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Orleans.Replication.Recipes;

namespace Orleans.Replication.Nemesis.Silo.Holding;

/// <summary>
/// Takes an office, writes to what it guards with the token of its tenure until it is told that the tenure is over, and begins again. It does not look at its own clock
/// before it writes: a holder that was stopped goes on where it was, and only the resource can stop it.
/// </summary>
internal sealed class Holder(string name, IOffice office, IGrainFactory grains) : BackgroundService
{
    private static readonly TimeSpan Pace = TimeSpan.FromMilliseconds(10);

    private readonly IFencedRegisterGrain<string> _resource = grains.GetGrain<IFencedRegisterGrain<string>>("held");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        Report.Write(new HolderEvent("serves", name, Token: 0));
        while (true)
        {
            var asked = Stopwatch.GetTimestamp();
            if (await Retry.UntilAnsweredAsync(() => office.TakeAsync(stoppingToken), stoppingToken) is { } token)
                await HoldAsync(token, asked, stoppingToken);
        }
    }

    private async Task HoldAsync(long token, long asked, CancellationToken stop)
    {
        var writes = 0;
        string? last = null;
        using var pace = new PeriodicTimer(Pace);
        for (var fenced = await AnswerAsync(() => _resource.Fence(token), stop); fenced.Accepted; await pace.WaitForNextTickAsync(stop))
        {
            // Once another's token was seen, what is there is no concern of this holder: its next write is refused.
            var found = await AnswerAsync(() => _resource.Get(), stop);
            if (last is not null && found.Fence <= token && found.Value != last)
                Report.Write(new HolderEvent("intruder", name, token, Fence: found.Fence));

            var value = $"{name}/{token}/{writes}";
            if (!(await AnswerAsync(() => _resource.Write(token, value), stop)).Accepted)
                break;
            last = value;
            if (++writes == 1)
                Report.Write(new HolderEvent("holds", name, token));

            if (Stopwatch.GetElapsedTime(asked) < office.Lease / 3)
                continue;
            asked = Stopwatch.GetTimestamp();
            if (!await AnswerAsync(() => office.RenewAsync(token), stop))
                break;
        }

        await ReportLossAsync(token, writes, stop);
    }

    // Whichever it learned it from, both have to say so: the resource and the office.
    private async Task ReportLossAsync(long token, int writes, CancellationToken stop)
    {
        var write = await AnswerAsync(() => _resource.Write(token, $"{name}/{token}/stale"), stop);
        var renewed = await AnswerAsync(() => office.RenewAsync(token), stop);
        Report.Write(new HolderEvent("lost", name, token, !write.Accepted, write.Current.Fence, renewed, writes));
    }

    private static Task<T> AnswerAsync<T>(Func<ValueTask<T>> call, CancellationToken stop) => Retry.UntilAnsweredAsync(call, stop);
}
