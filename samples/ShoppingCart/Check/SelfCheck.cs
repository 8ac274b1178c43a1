using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace ShoppingCart.Check;

/// <summary>Orders, leaves a cart behind, restarts the silo, and looks whether everything is as it was. Every run has products and customers of its own.</summary>
internal static class SelfCheck
{
    /// <summary>Runs it.</summary>
    /// <returns>0 when everything was as it should be.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var day = new ShopDay(Guid.NewGuid().ToString("N"));
            bool survives;
            using (var host = ShopHost.Build(args))
            {
                await host.StartAsync();
                survives = host.Services.GetRequiredService<IConfiguration>().GetValue<bool>("Shop:SurvivesRestart");
                var grains = host.Services.GetRequiredService<IGrainFactory>();
                await day.OpenAsync(grains);
                await day.CheckMorningAsync(grains);
                if (!survives)
                    await day.CheckEveningAsync(grains);
                await host.StopAsync();
            }

            if (survives)
            {
                using var host = ShopHost.Build(args);
                await host.StartAsync();
                var grains = host.Services.GetRequiredService<IGrainFactory>();
                await day.CheckMorningAsync(grains);
                await day.CheckEveningAsync(grains);
                await host.StopAsync();
            }

            Console.WriteLine(survives
                ? "Carts, inventory, orders, subscription and reminder survived the restart of the silo."
                : "Carts, inventory, orders, subscription and reminder work; these settings keep nothing over a restart.");
            return 0;
        }
        catch (CheckFailedException error)
        {
            await Console.Error.WriteLineAsync($"The check failed: {error.Message}");
            return 1;
        }
    }
}
