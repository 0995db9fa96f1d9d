benchsite.register("bars", {
  "grid": {"left": 80, "right": 60, "top": 10, "bottom": 30},
  "xAxis": {"type": "value", "min": 0, "max": 25,
    "axisTick": {"customValues": [0, 10, 20]},
    "axisLabel": {"color": "$muted", "customValues": [0, 10, 20], "texts": ["zero", "ten", "twenty"], "formatter": "tick"},
    "splitLine": {"lineStyle": {"color": "$grid"}}},
  "yAxis": {"type": "category", "data": ["$nvfp4", "<b>B</b>"], "inverse": true, "axisLine": {"lineStyle": {"color": "$axis"}}},
  "series": [
    {"type": "bar", "barWidth": 20, "emphasis": {"focus": "self"}, "label": {"show": true, "position": "right", "formatter": "text"},
      "data": [
        {"value": 10, "text": "10.00", "tip": "A\n10.00 tokens/s", "itemStyle": {"color": "$nvfp4"}},
        {"value": 20, "text": "<img src=x onerror=\"window.__xss=1\">", "tip": "<img src=x onerror=\"window.__xss=1\">\n20.00", "itemStyle": {"color": "$fp8/40", "borderColor": "$fp8"}}
      ]},
    {"type": "custom", "renderItem": "errorBarX", "itemStyle": {"color": "$ink"},
      "data": [
        {"value": [9, 12, 0], "tip": "A\n9 to 12"},
        {"value": [18, 24, 1], "tip": "B\n18 to 24", "offset": 4, "dashed": true}
      ]}
  ]
});
benchsite.register("sweep", {"baseOption": {
  "grid": {"left": 60, "right": 60, "top": 20, "bottom": 30},
  "xAxis": {"type": "log", "min": 10, "max": 500,
    "axisTick": {"customValues": [10, 50, 200]},
    "axisLabel": {"customValues": [10, 50, 200], "texts": ["10 a", "50 a", "200 a"], "formatter": "tick"}},
  "yAxis": {"type": "log", "min": 1, "max": 100,
    "axisLabel": {"customValues": [1, 5, 20, 100], "texts": ["1 s", "5 s", "20 s", "100 s"], "formatter": "tick"}},
  "series": [
    {"type": "line", "symbol": "rect", "symbolSize": 8, "lineStyle": {"color": "$nvfp4"}, "itemStyle": {"color": "$nvfp4"},
      "label": {"show": true, "formatter": "label"},
      "markLine": {"silent": true, "symbol": "none", "data": [{"yAxis": 10}], "lineStyle": {"color": "$ink"}, "label": {"show": false}},
      "data": [
        {"value": [20, 2], "label": "c = 1", "tip": "c = 1: 2 s"},
        {"value": [80, 8], "label": "c = 8", "tip": "c = 8: 8 s"},
        {"value": [300, 40], "label": "c = 64", "tip": "c = 64: 40 s"}
      ]},
    {"type": "custom", "renderItem": "errorBarY", "itemStyle": {"color": "$fp8"}, "data": [{"value": [80, 6, 11], "tip": "6 to 11 s"}]}
  ]},
  "media": [{"query": {"maxWidth": 480}, "option": {"grid": {"left": 40, "right": 20}}}]
});
benchsite.register("broken", {"series": [{"type": "bar", "label": {"formatter": "alert(1)"}, "data": [1]}]});
