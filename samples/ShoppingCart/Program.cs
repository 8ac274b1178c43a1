using ShoppingCart.Check;

return await SelfCheck.RunAsync(args);
