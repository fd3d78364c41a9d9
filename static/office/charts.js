// Draws each .chart from the JSON beside it. The table beside every chart says the same without it.
(() => {
  "use strict";
  const COLOURS = ["#14566a", "#c98a1b", "#8c2f24"];
  // Told apart without colour too.
  const DECALS = [null, { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -0.7, color: "rgba(255,255,255,.55)" }, { symbol: "circle", color: "rgba(255,255,255,.55)" }];
  const text = { fontFamily: "\"PingFang SC\", \"Microsoft YaHei\", \"Noto Sans CJK SC\", sans-serif", fontSize: 13, color: "#3d3a35" };

  const series = (data) => data.series.map((one, place) => ({
    name: one.name, type: "bar", stack: data.kind === "stacked" ? "all" : undefined, data: one.values,
    itemStyle: { color: COLOURS[place], decal: DECALS[place] },
  }));

  // The small build of ECharts knows neither marked lines nor legends.
  const line = (data) => data.line ? [{
    name: data.line.name, type: "line", data: data.labels.map(() => data.line.value), symbol: "none",
    lineStyle: { color: "#3d3a35", width: 1.5, type: "dashed" },
  }] : [];

  const key = (data) => {
    const names = document.createElement("p");
    names.className = "chart-key";
    names.setAttribute("aria-hidden", "true");
    for (const [place, one] of [...data.series, ...line(data)].entries()) {
      const name = document.createElement("span");
      const sign = document.createElement("i");
      sign.className = one.type === "line" ? "sign-line" : `sign-${place}`;
      name.append(sign, one.name);
      names.append(name);
    }
    return names;
  };

  const option = (data) => {
    const names = { type: "category", data: data.labels, axisLabel: text, inverse: data.kind === "stacked" };
    const values = { type: "value", minInterval: 1, axisLabel: text };
    const across = data.kind === "stacked";
    return {
      animation: false, textStyle: text,
      grid: { left: 8, right: 16, top: 12, bottom: 8, containLabel: true },
      xAxis: across ? values : names, yAxis: across ? names : values, series: [...series(data), ...line(data)],
    };
  };

  const draw = (place) => {
    const data = JSON.parse(document.getElementById(place.dataset.from).textContent);
    if (data.kind === "stacked") {
      place.style.height = `${Math.max(120, 40 + data.labels.length * 30)}px`;
    }
    place.before(key(data));
    const chart = window.echarts.init(place, null, { renderer: "svg" });
    chart.setOption(option(data));
    place.dataset.drawn = "yes";
    window.addEventListener("resize", () => chart.resize());
  };

  document.addEventListener("DOMContentLoaded", () => document.querySelectorAll(".chart").forEach(draw));
})();
